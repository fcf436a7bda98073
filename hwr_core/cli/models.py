"""hwr models: which versions there are, what they are worth, and which one is served."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import App, Parameter

from hwr_core.cli.arguments.options import Flag, Reason, Tags, Text, Title
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.pointers import CHAMPION

if TYPE_CHECKING:
    from hwr_core.app.modelling import Modelling
    from hwr_core.evaluation.promotion_log import Entry
    from hwr_core.experiments.shadow_table import ShadowReport
    from hwr_core.registry.card import Lines, ModelCard
    from hwr_core.registry.registry import ModelVersion

Version: TypeAlias = Annotated[str, Parameter(name="VERSION", help="Its name, champion or challenger.")]
OutputPath: TypeAlias = Annotated[Path, Parameter(name="FILE", help="File to write, which must not exist yet.")]
Doer: TypeAlias = Annotated[int, Parameter(name="--user", help="The user who does it.")]

app = App(
    name="models", help="Model versions: list, show, compare, promote, roll back, retire, export, onnx, push, pull."
)


@app.command(name="list")
def list_versions() -> int:
    """List the versions, newest first."""
    with opened() as workspace:
        aliases = workspace.modelling.aliases()
        for version in workspace.modelling.registry.versions():
            card = version.card
            named = ", ".join(aliases.get(version.name, []))
            title = f"  {version.notes.title}" if version.notes.title else ""
            print(f"{version.name}  {card.architecture:<11}  {card.parameters:>9,}  {named:<10}  {_tests(card)}{title}")
    return DONE


@app.command
def log() -> int:
    """Show who promoted what, when and why."""
    with opened() as workspace:
        for entry in workspace.modelling.promotions.log():
            print(_as_line(entry))
    return DONE


@app.command
def show(version: Version = CHAMPION, /, *, as_json: Annotated[Flag, Parameter(name="--json")] = False) -> int:
    """Show a version's card and what it is worth.

    Args:
        as_json: The whole card, for programs.
    """
    with opened() as workspace:
        found = workspace.modelling.registry.find(version)
    print(found.card.model_dump_json(indent=1) if as_json else _as_page(found))
    return DONE


@app.command
def compare(
    one: Annotated[str, Parameter(help="A version's name, champion or challenger.")],
    other: Annotated[str, Parameter(help="The version to compare it with.")] = CHAMPION,
    /,
) -> int:
    """Compare two versions on the suites that both were measured on."""
    from hwr_core.cli.output.tables import as_comparison
    from hwr_core.evaluation.compare import common_suites, compare

    with opened() as workspace:
        first, second = (workspace.modelling.registry.find(name) for name in (one, other))
    suites = common_suites(first, second)
    if not suites:
        print(f"They have not been evaluated on the same images yet: hwr evaluate {first.name} {second.name}")
        return UNUSABLE
    print(as_comparison([compare(first, second, suite, most=0) for suite in suites]))
    return DONE


@app.command
def promote(version: Version, /, *, reason: Reason = "", user: Doer = DEFAULT_USER, force: Flag = False) -> int:
    """Serve a version, unless it is worse than the one that is served.

    Args:
        force: Even if it is worse; needs a reason.
    """
    return _change(version, lambda modelling, name: modelling.promote(name, user_id=user, reason=reason, force=force))


@app.command
def note(
    version: Version,
    /,
    *,
    title: Title = "",
    tags: Tags = (),
    text: Text = "",
) -> int:
    """Replace a version's title, tags and notes; what is not given is removed."""
    with opened() as workspace:
        name = workspace.modelling.registry.find(version).name
        notes = workspace.modelling.describe(name, title, tags, text)
    print(name, *notes.in_words(), sep="  ")
    return DONE


@app.command
def export(version: Version, file: OutputPath, /) -> int:
    """Write a version to one file, with test vectors for programs of your own; `hwr models pull` takes it in."""
    from hwr_core.ops.bundle import export_bundle

    with opened() as workspace:
        found = workspace.modelling.registry.find(version)
    export_bundle(found, file)
    print(f"{found.name} is in {file} ({file.stat().st_size / 1e6:.1f} MB)")
    return DONE


@app.command
def onnx(version: Version, file: OutputPath, /) -> int:
    """Write a version's network for single digits as an ONNX file, checked against the one that is served."""
    from hwr_core.cli.output.files import write_file
    from hwr_core.training.onnx_file import onnx_of

    if file.exists():
        raise InvalidValue(f"{file} exists already.")
    with opened() as workspace:
        found = workspace.modelling.registry.find(version)
    content, difference = onnx_of(found)
    write_file([content], str(file))
    print(f"{found.name} is in {file} ({len(content) / 1e6:.1f} MB); it differs by {difference:.0e} at most")
    return DONE


@app.command
def push(
    version: Version,
    target: Annotated[
        str,
        Parameter(
            name="TARGET", help="A file, an http(s) address that takes it by PUT, or s3://..., gs://..., az://..."
        ),
    ],
    /,
) -> int:
    """Put a version at an address, or into a file, from where `hwr models pull` takes it; nothing is replaced."""
    from hwr_core.ops.bundle import push_bundle

    with opened() as workspace:
        found = workspace.modelling.registry.find(version)
        push_bundle(found, target, workspace.settings.token_for_hub)
    print(f"{found.name} is at {target}")
    return DONE


@app.command
def pull(
    source: Annotated[
        str, Parameter(name="SOURCE", help="A file of `hwr models export`, or its http(s), s3, gs or az address.")
    ],
    /,
    *,
    with_token: Flag = False,
) -> int:
    """Take in a version from a file or an address. It is checked, and served once it is promoted.

    Args:
        with_token: Send HWR_HUB_TOKEN to the address: only to your own hub.
    """
    from hwr_core.ops.bundle import pull_bundle

    with opened() as workspace:
        token = workspace.settings.token_for_hub if with_token else None
        pulled = pull_bundle(workspace.modelling.registry, source, token)
    print(f"{pulled.name} is here. To measure it: hwr evaluate {pulled.name}")
    return DONE


@app.command
def challenge(version: Version, /, *, reason: Reason = "", user: Doer = DEFAULT_USER) -> int:
    """Make a version the challenger."""
    return _change(version, lambda modelling, name: modelling.challenge(name, user_id=user, reason=reason))


@app.command
def retire(version: Version, /, *, reason: Reason = "", user: Doer = DEFAULT_USER) -> int:
    """Keep a version from being promoted."""
    return _change(version, lambda modelling, name: modelling.retire(name, user_id=user, reason=reason))


@app.command
def restore(version: Version, /, *, reason: Reason = "", user: Doer = DEFAULT_USER) -> int:
    """Let a retired version be promoted again."""
    return _change(version, lambda modelling, name: modelling.restore(name, user_id=user, reason=reason))


@app.command
def shadow(
    version: Annotated[str | None, Parameter(name="VERSION", help="Its name; without one, what was found.")] = None,
    /,
    *,
    share: Annotated[float, Parameter(help="The share of predictions that it reads.")] = 1.0,
    off: Annotated[bool, Parameter(show_default=False, help="End the shadow.")] = False,
    user: Doer = DEFAULT_USER,
) -> int:
    """Let a version read silently beside the served one what a server stores, or show what it has read."""
    with opened() as workspace:
        if off:
            workspace.shadow.clear()
        elif version is not None:
            workspace.shadow.set(version, share, user_id=user)
        found = workspace.shadow.report()
    print("there is no shadow" if found is None else _of_shadow(found))
    return DONE


@app.command
def rollback(*, reason: Reason = "", user: Doer = DEFAULT_USER) -> int:
    """Roll back to the previous version."""
    with opened() as workspace:
        print(_as_line(workspace.modelling.roll_back(user_id=user, reason=reason)))
    return DONE


def _change(version: str, act: Callable[["Modelling", str], "Entry"]) -> int:
    """Do something to a version and print its entry in the log."""
    with opened() as workspace:
        name = workspace.modelling.registry.find(version).name
        print(_as_line(act(workspace.modelling, name)))
    return DONE


def _as_page(version: "ModelVersion") -> str:
    from hwr_core.cli.output.tables import as_table
    from hwr_core.evaluation.evaluate import evaluations_of

    card, found = version.card, evaluations_of(version)
    return "\n".join(
        [
            f"{version.name}: {card.architecture}, {card.parameters:,} parameters, {version.size / 1e6:.1f} MB",
            f"made {card.created_at:%Y-%m-%d %H:%M} UTC by {card.how or 'hwr train'}",
            f"learned from {', '.join(f'{data.name} ({data.training:,})' for data in card.data)}",
            _of_lines(card.lines),
            as_table(version.name, [*found.values()]) if found else f"not evaluated yet: hwr evaluate {version.name}",
        ]
    )


def _of_lines(lines: "Lines | None") -> str:
    if lines is None:
        return "reads single digits only"
    whose = f", taken along from {lines.taken_from}" if lines.taken_from else ""
    return f"reads {lines.test_right / max(lines.test, 1):.1%} of {lines.test:,} made lines of digits whole{whose}"


def _of_shadow(found: "ShadowReport") -> str:
    from hwr_core.statistics import in_words

    setting, labelled = found.setting, found.shadow.accuracy.total
    answered, shadow = (
        "-" if side.accuracy.share is None else f"{side.accuracy.share:.2%}" for side in (found.answered, found.shadow)
    )
    return "\n".join(
        [
            f"{setting.version} reads {setting.share:.0%} since {setting.started_at:%Y-%m-%d %H:%M} UTC",
            f"{found.read:,} read, {found.agree:,} alike, {setting.dropped:,} dropped",
            f"of {labelled:,} labelled: {shadow} right, served {answered} ({in_words(found.p_value)})",
            f"{1000 * found.shadow.seconds:.2f} ms an image, served {1000 * found.answered.seconds:.2f} ms",
        ]
    )


def _as_line(entry: "Entry") -> str:
    forced = " (forced)" if entry.forced else ""
    figures = f"  {json.dumps(dict(entry.figures))}" if entry.figures else ""
    moved = f"{entry.old or '-'} -> {entry.new or '-'}"
    return f"{entry.at:%Y-%m-%d %H:%M}  {entry.who}  {entry.action}{forced}  {moved}  {entry.reason}{figures}"


def _tests(card: "ModelCard") -> str:
    tests = [score for score in card.scores if score.part == "test" and score.accuracy is not None]
    return ", ".join(f"{score.source} {score.accuracy:.2%}" for score in tests)
