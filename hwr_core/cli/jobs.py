"""hwr train, hwr tune and hwr jobs: long work, followed line by line."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.errors import JobConflict
from hwr_core.jobs.events import EventKind, EventLog
from hwr_core.jobs.table import Job, JobState
from hwr_core.records.users import DEFAULT_USER
from hwr_core.settings import load_settings
from hwr_core.training.config import read_config

LOOK = 0.5


def add_to(commands: Commands) -> None:
    """Add the commands."""
    train = commands.add_parser("train", help="train a model version")
    add_config(train, "TrainingConfig; the shipped model's when not given")
    train.set_defaults(run=_train)

    tune = commands.add_parser("tune", help="search for a better training config")
    add_config(tune, "TuningConfig; --set base.NAME=VALUE changes a value of the TrainingConfig it starts from")
    tune.set_defaults(run=_tune)

    jobs = commands.add_parser("jobs", help="trainings, tunings and evaluations: list, show, log, cancel, resume")
    acts = jobs.add_subparsers(required=True, metavar="WHAT")
    every = acts.add_parser("list", help="list the newest jobs")
    every.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    every.set_defaults(run=_list)
    for name, run, words in (
        ("show", _show, "show a job in full, as JSON"),
        ("log", _log, "show what a job's process wrote"),
        ("cancel", _cancel, "cancel a queued or running job"),
        ("resume", _resume, "let a failed or cancelled job go on from its last checkpoint"),
    ):
        act = acts.add_parser(name, help=words)
        act.add_argument("job", type=int)
        act.set_defaults(run=run)


def add_config(parser: argparse.ArgumentParser, what: str) -> None:
    """Give a command the options that make a config."""
    parser.add_argument("--config", type=Path, help=f"JSON file of a {what}")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change one value of it")
    parser.add_argument("--user", type=int, default=DEFAULT_USER, help="who asks (default %(default)s)")


def run_job(submit: Callable[[Workspace], Job], *, quiet: bool = False) -> tuple[Workspace, Job]:
    """Submit a job and follow it to its end; Ctrl-C stops it, and what it had done is kept."""
    with Workspace(load_settings()) as workspace:
        job = submit(workspace)
        workspace.modelling.jobs.start()
        return workspace, follow(workspace, job, quiet=quiet)


def follow(workspace: Workspace, job: Job, *, quiet: bool = False) -> Job:
    """Print what a job says until it ends, unless it is to be quiet, and return it then."""
    jobs = workspace.modelling.jobs
    events = jobs.folder(job.id).events
    _, position = events.read()
    while True:
        try:
            # What the child said last is there before its job has ended.
            job = jobs.get(job.id)
            position = position if quiet else _print_news(events, position)
            if job.state.is_finished:
                return job
            time.sleep(LOOK)
        except KeyboardInterrupt:
            print(f"stopping job {job.id} ...", file=sys.stderr)
            try:
                jobs.cancel(job.id)
            except JobConflict as error:
                print(error, file=sys.stderr)


def told(job: Job) -> int:
    """Print how a job ended and return the exit status."""
    if job.state is JobState.SUCCEEDED:
        return DONE
    why = job.error or "it was cancelled"
    print(f"hwr: job {job.id}: {why} `hwr jobs resume {job.id}` goes on.", file=sys.stderr)
    return UNUSABLE


def _print_news(events: EventLog, position: int) -> int:
    news, position = events.read(position)
    for event in news:
        if event.kind is EventKind.LOG:
            print(event.data["text"], flush=True)
    return position


def _train(options: argparse.Namespace) -> int:
    values = read_config(options.config, options.set)
    _, job = run_job(lambda workspace: workspace.modelling.train(values, options.user))
    return told(job)


def _tune(options: argparse.Namespace) -> int:
    given = read_config(options.config, options.set)
    base = {name.removeprefix("base."): value for name, value in given.items() if name.startswith("base.")}
    values = {name: value for name, value in given.items() if not name.startswith("base.")}
    values["base"] = {**(values.get("base") or {}), **base}
    _, job = run_job(lambda workspace: workspace.modelling.tune(values, options.user))
    if job.state is JobState.SUCCEEDED and job.result is not None:
        result = job.result
        print(f"best: validation accuracy {result['best_value']:.4f} with {json.dumps(result['best_params'])}")
        if result["base_value"] is not None:
            print(f"the config it started from: {result['base_value']:.4f}")
    return told(job)


def _list(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        for job in workspace.modelling.jobs.page():
            print(json.dumps(_as_json(job)) if options.json else _as_line(job))
    return DONE


def _show(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        print(json.dumps(_as_json(workspace.modelling.jobs.get(options.job)), indent=1))
    return DONE


def _log(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        workspace.modelling.jobs.get(options.job)
        print(workspace.modelling.jobs.folder(options.job).log(), end="")
    return DONE


def _cancel(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        job = workspace.modelling.jobs.cancel(options.job)
    print(f"job {job.id} is cancelled" if job.state.is_finished else f"job {job.id} stops")
    return DONE


def _resume(options: argparse.Namespace) -> int:
    _, job = run_job(lambda workspace: workspace.modelling.jobs.resume(options.job))
    return told(job)


def _as_line(job: Job) -> str:
    made = (job.result or {}).get("model_version", "")
    return f"{job.id:>6}  {job.created_at:%Y-%m-%d %H:%M}  {job.kind:<8}  {job.state:<9}  {made or job.error or ''}"


def _as_json(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at and job.started_at.isoformat(),
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "attempt": job.attempt,
        "config": dict(job.config),
        "result": job.result,
        "error": job.error,
    }
