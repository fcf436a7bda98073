"""hwr train and hwr tune: a training or a tuning as a job, followed line by line."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter

from hwr_core.cli.arguments.options import Asker
from hwr_core.records.users import DEFAULT_USER

Changes: TypeAlias = Annotated[
    list[str] | None, Parameter(name="--set", metavar="NAME=VALUE", help="Change one value of it; may be repeated.")
]

Scripts: TypeAlias = Annotated[
    list[str] | None,
    Parameter(
        name="--script",
        negative=(),
        help="Teach the served version to read a script instead, such as kannada; may be repeated.",
    ),
]


def train(
    *, config: Path | None = None, changes: Changes = None, scripts: Scripts = None, user: Asker = DEFAULT_USER
) -> int:
    """Train a model version.

    Args:
        config: JSON file of a TrainingConfig, or of a ScriptsConfig with --script; the shipped model's when not given.
    """
    from hwr_core.cli.output.follow import report_end, run_job
    from hwr_core.training.config import read_config

    values = read_config(config, changes or [])
    if scripts:
        values["scripts"] = scripts
        return report_end(run_job(lambda workspace: workspace.modelling.train_scripts(values, user)))
    return report_end(run_job(lambda workspace: workspace.modelling.train(values, user)))


Join: TypeAlias = Annotated[
    int | None, Parameter(metavar="JOB", help="Run trials of a tuning that another machine has begun, instead.")
]


def tune(*, config: Path | None = None, changes: Changes = None, join: Join = None, user: Asker = DEFAULT_USER) -> int:
    """Search for a better training config.

    Args:
        config: JSON file of a TuningConfig; --set base.NAME=VALUE changes a value of the TrainingConfig it starts from.
    """
    from hwr_core.cli.output.follow import report_end, run_job
    from hwr_core.jobs.table import JobState
    from hwr_core.training.config import read_config

    if join is not None:
        return _join(join)
    given = read_config(config, changes or [])
    base = {name.removeprefix("base."): value for name, value in given.items() if name.startswith("base.")}
    values = {name: value for name, value in given.items() if not name.startswith("base.")}
    values["base"] = {**(values.get("base") or {}), **base}
    job = run_job(lambda workspace: workspace.modelling.tune(values, user))
    if job.state is JobState.SUCCEEDED and job.result is not None:
        _print_best(job.result)
    return report_end(job)


def _join(job_id: int) -> int:
    """Run trials of a tuning until it has ended; Ctrl-C ends our part in it alone."""
    from hwr_core.cli.arguments.workspace import opened
    from hwr_core.cli.output.status import DONE
    from hwr_core.datasets.request import Places
    from hwr_core.errors import Stopped
    from hwr_core.settings import load_settings
    from hwr_core.training.tuning.study import read_study, study_place

    settings = load_settings()
    with opened() as workspace:
        tuning = workspace.modelling.tuning_to_join(job_id)
        key = workspace.modelling.jobs.get(job_id).key
        folder = workspace.modelling.jobs.folder(job_id)
    assert settings.database_url is not None, "else it was refused"
    place = study_place(key, folder.path, settings.database_url.get_secret_value())
    read_study(place)  # says at once if there is none yet
    from hwr_core.training.tuning.join import join_tuning  # loads TensorFlow

    places = Places(settings.datasets, settings.custom_dataset, folder.corrections)
    try:
        ended = join_tuning(tuning, places, place)
    except (Stopped, KeyboardInterrupt):
        print(f"job {job_id}: this machine runs no more trials of it")
        return DONE
    print(f"job {job_id}: {ended} trials have ended")
    return DONE


def _print_best(result: Mapping[str, Any]) -> None:
    print(f"best: validation accuracy {result['best_value']:.4f} with {json.dumps(result['best_params'])}")
    if result["base_value"] is not None:
        print(f"the config it started from: {result['base_value']:.4f}")
