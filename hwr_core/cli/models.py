"""hwr evaluate and hwr models: what versions there are, what they are worth, and which one reads."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hwr_core.app.modelling import Modelling
from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments import Commands
from hwr_core.cli.jobs import run_job, told
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.evaluation.answers import joint_calibration_error
from hwr_core.evaluation.compare import common_suites, compare
from hwr_core.evaluation.evaluate import Evaluation, evaluations_of
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.evaluation.suites import SUITES
from hwr_core.jobs.table import JobState
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.card import Lines, ModelCard
from hwr_core.registry.registry import CHAMPION
from hwr_core.settings import load_settings
from hwr_core.statistics import Proportion


def add_to(commands: Commands) -> None:
    """Add the commands."""
    evaluate = commands.add_parser("evaluate", help="measure model versions on named suites of images")
    evaluate.add_argument("versions", nargs="*", metavar="VERSION", help="the champion when none is named")
    evaluate.add_argument(
        "--suite", action="append", default=[], choices=[*SUITES], help="may be repeated; all that have data here"
    )
    evaluate.add_argument("--folder", type=Path, help="labelled images of your own: a folder for each label")
    evaluate.add_argument("--limit", type=int, help="the most images of each source")
    evaluate.add_argument("--user", type=int, default=DEFAULT_USER, help="who asks (default %(default)s)")
    evaluate.set_defaults(run=_evaluate)

    models = commands.add_parser("models", help="model versions: list, show, compare, promote, roll back, retire")
    acts = models.add_subparsers(required=True, metavar="WHAT")
    acts.add_parser("list", help="list the versions, newest first").set_defaults(run=_list)
    acts.add_parser("log", help="show who promoted what, when and why").set_defaults(run=_log)
    show = acts.add_parser("show", help="show a version's card and what it is worth")
    show.add_argument("version", nargs="?", default=CHAMPION)
    show.add_argument("--json", action="store_true", help="the whole card, for programs")
    show.set_defaults(run=_show)
    versus = acts.add_parser("compare", help="compare two versions on the suites that both were measured on")
    versus.add_argument("one")
    versus.add_argument("other", nargs="?", default=CHAMPION)
    versus.set_defaults(run=_compare)
    promote = _changing(acts, "promote", _promote, "let a version read, unless it is worse than the one that does")
    promote.add_argument("--force", action="store_true", help="even if it is worse; needs a reason")
    _changing(acts, "challenge", _act("challenge"), "make a version the challenger")
    _changing(acts, "retire", _act("retire"), "keep a version from being promoted")
    _changing(acts, "restore", _act("restore"), "let a retired version be promoted again")
    back = acts.add_parser("rollback", help="let the version that was served before read again")
    _add_why(back)
    back.set_defaults(run=_roll_back)


def _changing(
    acts: Commands, name: str, run: Callable[[argparse.Namespace], int], words: str
) -> argparse.ArgumentParser:
    act = acts.add_parser(name, help=words)
    act.add_argument("version", help="its name, champion or challenger")
    _add_why(act)
    act.set_defaults(run=run)
    return act


def _add_why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="why, for the log")
    parser.add_argument("--user", type=int, default=DEFAULT_USER, help="who does it (default %(default)s)")


def _evaluate(options: argparse.Namespace) -> int:
    def values(modelling: Modelling) -> dict[str, Any]:
        return {
            "versions": [_name(each, modelling) for each in options.versions or [CHAMPION]],
            "suites": options.suite,
            "folder": options.folder and options.folder.resolve(),
            "limit": options.limit,
        }

    workspace, job = run_job(
        lambda workspace: workspace.modelling.evaluate(values(workspace.modelling), options.user), quiet=True
    )
    if job.state is not JobState.SUCCEEDED or job.result is None:
        return told(job)
    registry = workspace.modelling.registry
    for name in job.result["versions"]:
        found = evaluations_of(registry.get(name))
        print(_table(name, [found[suite] for suite in job.result["suites"]]))
    return DONE


def _list(_: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        aliases = workspace.modelling.aliases()
        for version in workspace.modelling.registry.versions():
            card = version.card
            named = ", ".join(aliases.get(version.name, []))
            print(f"{version.name}  {card.architecture:<11}  {card.parameters:>9,}  {named:<10}  {_tests(card)}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        registry = workspace.modelling.registry
        version = registry.find(options.version)
    card = version.card
    if options.json:
        print(card.model_dump_json(indent=1))
        return DONE
    print(f"{version.name}: {card.architecture}, {card.parameters:,} parameters, {version.size / 1e6:.1f} MB")
    print(f"made {card.created_at:%Y-%m-%d %H:%M} UTC by {card.how or 'hwr train'}")
    print(f"learned from {', '.join(f'{data.name} ({data.training:,})' for data in card.data)}")
    print(_of_lines(card.lines))
    if found := evaluations_of(version):
        print(_table(version.name, [*found.values()]))
    else:
        print(f"not evaluated yet: hwr evaluate {version.name}")
    return DONE


def _of_lines(lines: Lines | None) -> str:
    if lines is None:
        return "reads single digits only"
    whose = f", taken along from {lines.taken_from}" if lines.taken_from else ""
    return f"reads {lines.test_right / max(lines.test, 1):.1%} of {lines.test:,} made lines of digits whole{whose}"


def _compare(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        one, other = (workspace.modelling.registry.find(name) for name in (options.one, options.other))
    suites = common_suites(one, other)
    if not suites:
        print(f"They were not measured on the same images yet: hwr evaluate {one.name} {other.name}")
        return UNUSABLE
    print(f"{'suite':<12} {one.name:>24} {other.name:>24}  only one  only other")
    for suite in suites:
        found = compare(one, other, suite, most=0)
        figures = (found.one.figures.accuracy, found.other.figures.accuracy)
        print(
            f"{suite:<12} {_percent(figures[0]):>24} {_percent(figures[1]):>24}  {found.only_one:>8}  "
            f"{found.only_other:>10}  {found.verdict}"
        )
    return DONE


def _promote(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        version = _name(options.version, workspace.modelling)
        entry = workspace.modelling.promote(version, user_id=options.user, reason=options.reason, force=options.force)
    print(_as_line(entry))
    return DONE


def _roll_back(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        print(_as_line(workspace.modelling.roll_back(user_id=options.user, reason=options.reason)))
    return DONE


def _act(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        with Workspace(load_settings()) as workspace:
            act: Callable[..., Entry] = getattr(workspace.modelling, name)
            version = _name(options.version, workspace.modelling)
            print(_as_line(act(version, user_id=options.user, reason=options.reason)))
        return DONE

    return run


def _log(_: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        for entry in workspace.modelling.promotions.log():
            print(_as_line(entry))
    return DONE


def _name(name: str, modelling: Modelling) -> str:
    return modelling.registry.find(name).name


def _as_line(entry: Entry) -> str:
    forced = " (forced)" if entry.forced else ""
    figures = f"  {json.dumps(dict(entry.figures))}" if entry.figures else ""
    moved = f"{entry.old or '-'} -> {entry.new or '-'}"
    return f"{entry.at:%Y-%m-%d %H:%M}  {entry.who}  {entry.action}{forced}  {moved}  {entry.reason}{figures}"


def _table(name: str, found: list[Evaluation]) -> str:
    row = "{:<16} {:>8} {:>8}  {:<18} {:>6} {:>7} {:>6} {:>6} {:>5}"
    heads = ("suite", "images", "right", "95 % interval", "wrong", "refused", "taken", "ECE", "ms")
    together = joint_calibration_error(each.figures for each in found)
    rest = [] if together is None else [f"ECE over the digits of all suites together: {together:.2%}"]
    return "\n".join([name, row.format(*heads), *(row.format(*_cells(each)) for each in found), *rest])


def _cells(evaluation: Evaluation) -> tuple[str, ...]:
    figures = evaluation.figures
    wrong = figures.digits.total - figures.digits.right - figures.refused
    return (
        evaluation.suite,
        f"{figures.accuracy.total:,}",
        _percent(figures.accuracy),
        _interval(figures.accuracy),
        f"{wrong:,}",
        f"{figures.refused:,}",
        f"{figures.taken_for_digits:,}",
        "-" if figures.calibration_error is None else f"{figures.calibration_error:.1%}",
        f"{figures.milliseconds:.1f}",
    )


def _percent(share: Proportion) -> str:
    return "-" if share.share is None else f"{share.share:.2%}"


def _interval(share: Proportion) -> str:
    return "-" if share.low is None else f"{share.low:.2%} to {share.high:.2%}"


def _tests(card: ModelCard) -> str:
    tests = [score for score in card.scores if score.part == "test" and score.accuracy is not None]
    return ", ".join(f"{score.source} {score.accuracy:.2%}" for score in tests)
