"""The thresholds of each script, chosen on validation data, and how well it reads the test writers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.request import Places
from hwr_core.datasets.samples import Part, Samples
from hwr_core.files import hash_file
from hwr_core.recognition.calibration import Logits, calibration_error, decide, digit_probabilities, softmax
from hwr_core.recognition.scripts.heads import NONE, Heads
from hwr_core.registry.card import DataUsed, Decision, Score, ScriptCard
from hwr_core.scripts.script import Script, ScriptSource
from hwr_core.training.scripts.data import PartData, joint, of_script
from hwr_core.training.scripts.heads import Features
from hwr_core.training.scripts.network import first_outputs

NO_SYMBOL = "no symbol"
"""In place of a source: what is no symbol of a script."""

CERTAIN = 0.5
"""An image that is no symbol counts as taken for one if it is read as one with a confidence above this."""


def head_file(script: Script) -> str:
    """Return the name of the file of a script's head."""
    return f"script-{script.name}.npz"


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores the heads of a network: samples of each part, and what the network finds in them."""

    heads: Heads
    features: Features
    data: Mapping[Part, PartData]

    def card(self, script: Script, places: Places, how: str) -> ScriptCard:
        """Choose a script's thresholds on validation data, and score each part of each of its sources."""
        validation = of_script(self.data[Part.VALIDATION], script)
        decision = decide(self._logits(validation, script), validation.labels)
        scores = tuple(
            _score(name, part, samples.labels, softmax(self._logits(samples, script) / decision.temperature), decision)
            for part in (Part.VALIDATION, Part.TEST)
            for name, samples in self._by_source(part, script).items()
        )
        return ScriptCard(
            script=script,
            file=head_file(script),
            decision=decision,
            data=tuple(self._data_used(source, script, places) for source in script.sources),
            scores=scores,
            calibration_error=self._calibration_error(script, decision),
            how=how,
        )

    def choice_temperature(self) -> float:
        """Return the temperature at which the probabilities of scripts have the least calibration error."""
        samples, of = self._with_scripts(Part.VALIDATION)
        logits = self.heads.among.logits(self.features.of(samples))

        def error(temperature: float) -> float:
            names, shares = self._script_shares(logits, temperature)
            return calibration_error(shares.max(axis=1), names[shares.argmax(axis=1)] == of)

        return float(min(np.geomspace(0.3, 4.0, 80).tolist(), key=error))

    def named_right(self, temperature: float) -> dict[str, float]:
        """Return for each script the share of its test samples of which it is the most probable script."""
        samples, of = self._with_scripts(Part.TEST)
        names, shares = self._script_shares(self.heads.among.logits(self.features.of(samples)), temperature)
        chosen = names[shares.argmax(axis=1)]
        return {name: float((chosen[of == name] == name).mean()) for name in names.tolist() if (of == name).any()}

    def _script_shares(self, logits: Logits, temperature: float) -> tuple[NDArray[np.str_], Logits]:
        """The names of the scripts, and how probable each is, if a sample shows a symbol of any: [n, scripts]."""
        found = self.heads.script_probabilities(logits / np.float32(temperature))
        names = [name for name in found if name != NONE]
        shares = np.stack([found[name] for name in names], axis=1)
        return np.array(names), np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)

    def _with_scripts(self, part: Part) -> tuple[Samples, NDArray[np.str_]]:
        """The symbols of all scripts, and of which script each is."""
        first = first_outputs(self.heads.scripts)
        samples = joint(self.data[part], first, self.heads.scripts, learning=False)
        of = np.array([*first])[np.searchsorted([*first.values()], samples.labels, side="right") - 1]
        real = of != NONE
        return samples.where(real), of[real]

    def _logits(self, samples: Samples, script: Script) -> Logits:
        return self.heads.head(script.name).alone.logits(self.features.of(samples))

    def _by_source(self, part: Part, script: Script) -> dict[str, Samples]:
        """The script's own images by source, and what is none of its symbols."""
        data = self.data[part]
        found = {each.source: each.samples for each in data.sources if each.script.name == script.name}
        everything = of_script(data, script)
        found[NO_SYMBOL] = everything.where(everything.labels == len(script.symbols))
        return {name: samples for name, samples in found.items() if len(samples)}

    def _calibration_error(self, script: Script, decision: Decision) -> float:
        """Expected calibration error over the digits of the test writers."""
        samples = of_script(self.data[Part.TEST], script)
        samples = samples.where(samples.labels < len(script.symbols))
        probabilities = digit_probabilities(softmax(self._logits(samples, script) / decision.temperature))
        return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == samples.labels)

    def _data_used(self, source: ScriptSource, script: Script, places: Places) -> DataUsed:
        counts = {part: len(self._by_source(part, script).get(source.file, ())) for part in Part}
        return DataUsed(
            name=source.file,
            sha256=hash_file(places.datasets / source.file) if any(counts.values()) else None,
            training=counts[Part.TRAINING],
            validation=counts[Part.VALIDATION],
            test=counts[Part.TEST],
            origins=(source.origin,),
        )


def _score(source: str, part: Part, labels: np.ndarray, shares: Logits, decision: Decision) -> Score:
    real = labels < shares.shape[1] - 1
    refused = shares[:, -1] > decision.not_a_digit_above
    confidence = digit_probabilities(shares).max(axis=1)
    return Score(
        source=source,
        part=part,
        digits=int(real.sum()),
        wrong=int((shares[real, :-1].argmax(axis=1) != labels[real]).sum()),
        refused=int(refused[real].sum()),
        others=int((~real).sum()),
        taken_for_digits=int((~real & ~refused & (confidence > CERTAIN)).sum()),
    )
