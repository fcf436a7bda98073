"""Shares that follow what arms have shown: Thompson sampling (Thompson, 1933; Russo et al., "A Tutorial", 2018)."""

from collections.abc import Mapping

import numpy as np

from hwr_core.experiments.outcomes import NOTHING, Outcomes
from hwr_core.experiments.types import Arm, Experiment

DRAWS = 4_000
"""Draws from what is known of each arm: its share is how often it is the best of them."""

LEAST_SHARE = 0.1
"""Of what the experiment has, the least that an arm keeps: without it nothing more would be learned of it."""


def adapted(experiment: Experiment, outcomes: Mapping[str, Outcomes]) -> tuple[Arm, ...]:
    """Return the arms with shares by how probable it is that each is the best; together they serve as many as before.

    They stay as they are until each arm has outcomes of enough units.
    """
    means = [outcomes.get(arm.version, NOTHING).mean(experiment.metric) for arm in experiment.arms]
    known = [mean for mean in means if mean is not None]
    if len(known) < len(means):
        return experiment.arms
    rng = np.random.default_rng(experiment.id)
    draws = np.stack([rng.normal(mean.mean, mean.variance**0.5, DRAWS) for mean in known])
    best = draws.argmax(0) if experiment.metric.larger_is_better else draws.argmin(0)
    chances = np.bincount(best, minlength=len(draws)) / DRAWS
    shares = LEAST_SHARE + (1.0 - LEAST_SHARE * len(chances)) * chances
    total = sum(arm.share for arm in experiment.arms)
    return tuple(Arm(arm.version, float(total * share)) for arm, share in zip(experiment.arms, shares, strict=True))
