"""hwr serve | read | train | models: parse, one call into hwr_core, show. No logic of its own."""

import argparse
import contextlib
import json
import os
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hwr_core import __version__
from hwr_core.errors import HwrError, InvalidValue, UnreadablePicture
from hwr_core.model_card import ModelCard
from hwr_core.records import FileReading, Reading, Source, Verdict
from hwr_core.registry import Registry
from hwr_core.settings import load_settings
from hwr_core.training.config import read_config
from hwr_core.workspace import DEFAULT_USER, NamedFile, Workspace

ALL_READ, SOME_UNREAD, UNUSABLE = 0, 1, 2
STDIN = "-"
RUNNERS_UP = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 a file could not be read, 2 nothing could be done."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except HwrError as error:
        print(f"hwr: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("hwr: stopped", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:  # whoever read our output, `head` maybe, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends
        return UNUSABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hwr", description="Reads handwritten digits.")
    parser.add_argument("--version", action="version", version=f"hwr {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the dashboard and the REST API in one process")
    serve.add_argument("--host", help="address to bind to (HWR_HOST, else 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to bind to (HWR_PORT, else 8000)")
    serve.set_defaults(run=_serve)

    read = commands.add_parser("read", help="read a digit from each picture file")
    read.add_argument("files", nargs="+", metavar="FILE", help="picture file, or - for standard input")
    read.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    read.add_argument("--record", action="store_true", help="keep the readings in the history")
    read.add_argument("--user", type=int, default=DEFAULT_USER, help="whose readings they are (default %(default)s)")
    read.add_argument("--enhancement-level", type=float, default=1.0, help="0 to 3 (default %(default)s)")
    read.set_defaults(run=_read)

    train = commands.add_parser("train", help="train a model version")
    train.add_argument("--config", type=Path, help="JSON file of a TrainingConfig; the shipped model's when not given")
    train.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change one value of it")
    train.add_argument("--checkpoints", type=Path, help="folder; a stopped training goes on when given it again")
    train.add_argument("--serve", action="store_true", help="make the new version the one being served")
    train.set_defaults(run=_train)

    models = commands.add_parser("models", help="list the model versions")
    models.set_defaults(run=_models)
    return parser


def _serve(options: argparse.Namespace) -> int:
    import uvicorn  # here, because the other commands need no server

    given = {name: value for name in ("host", "port") if (value := getattr(options, name)) is not None}
    settings = load_settings(**given)
    with _listening(settings.host, settings.port) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        print(f"hwr {__version__}: open {address} (API guide under /docs)", flush=True)
        server = uvicorn.Server(uvicorn.Config("asgi:create_app", factory=True, access_log=False))
        with contextlib.suppress(KeyboardInterrupt):  # the usual end: uvicorn has shut down and tells of it again
            server.run(sockets=[listener])
    return ALL_READ if server.started else UNUSABLE


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens already: whoever opens the address while we start waits instead of being refused.

    Raises:
        InvalidValue: it cannot listen there.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]  # Python adds the address, which stands before it
        raise InvalidValue(f"The server cannot listen on {host}, port {port}: {reason}.") from error


def _read(options: argparse.Namespace) -> int:
    status = ALL_READ
    with Workspace(load_settings()) as workspace:
        size = workspace.settings.max_batch_files
        for start in range(0, len(options.files), size):
            names = options.files[start : start + size]
            for outcome in _outcomes(workspace, names, options):
                print(json.dumps(_as_json(outcome)) if options.json else _as_line(outcome), flush=True)
                status = SOME_UNREAD if outcome.error else status
    return status


def _outcomes(workspace: Workspace, names: Sequence[str], options: argparse.Namespace) -> list[FileReading]:
    opened = [_open(name, workspace.settings.max_picture_bytes) for name in names]
    files = [each for each in opened if not isinstance(each, FileReading)]
    readings = workspace.read_all(files, enhancement_level=options.enhancement_level)
    if options.record:
        readings = workspace.keep_all(
            readings, user_id=options.user, source=Source.CLI, enhancement_level=options.enhancement_level
        )
    in_order = iter(readings)
    return [each if isinstance(each, FileReading) else next(in_order) for each in opened]


def _open(name: str, max_bytes: int) -> NamedFile | FileReading:
    """Return a file's name and content, one byte more than allowed at most, or why it cannot be opened."""
    shown = os.fsencode(name).decode(errors="backslashreplace")  # a name of any bytes can be printed and kept
    try:
        if name == STDIN:
            if sys.stdin is None:
                return FileReading(shown, error=UnreadablePicture("There is no standard input."))
            return shown, sys.stdin.buffer.read(max_bytes + 1)
        with Path(name).open("rb") as file:
            return shown, file.read(max_bytes + 1)
    except OSError as error:
        return FileReading(shown, error=UnreadablePicture(f"The file cannot be opened: {error.strerror}."))


def _as_line(outcome: FileReading) -> str:
    if outcome.reading is None:
        return f"{outcome.file_name}: error: {outcome.error}"
    return f"{outcome.file_name}: {_in_words(outcome.reading)}"


def _in_words(reading: Reading) -> str:
    if reading.verdict is Verdict.NO_INK:
        return "no digit (no ink)"
    best, *others = reading.candidates
    if reading.verdict is Verdict.NOT_A_DIGIT:
        return f"no digit (not a digit; nearest {best.digit} {best.probability:.1%})"
    runners_up = ", ".join(f"{other.digit} {other.probability:.1%}" for other in others[:RUNNERS_UP])
    unsure = " (unsure)" if reading.verdict is Verdict.UNSURE else ""
    return f"{reading.digit} {reading.confidence:.1%}{unsure}, then {runners_up}"


def _as_json(outcome: FileReading) -> dict[str, Any]:
    reading = outcome.reading
    if reading is None:
        return {"file": outcome.file_name, "error": str(outcome.error)}
    return {
        "file": outcome.file_name,
        "verdict": reading.verdict,
        "digit": reading.digit,
        "confidence": reading.confidence,
        "probabilities": reading.probabilities,
        "model_version": reading.model_version,
        "seconds": reading.timings.total,
        "reading_id": outcome.kept.id if outcome.kept else None,
    }


def _train(options: argparse.Namespace) -> int:
    config = read_config(options.config, options.set)
    from hwr_core.training.make import make_version  # here, because it loads TensorFlow, which no other command needs

    settings = load_settings()
    registry = Registry(settings.models_dir)
    version = make_version(
        config,
        datasets=settings.datasets,
        registry=registry,
        checkpoints=options.checkpoints or settings.data_dir / "training" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        say=lambda line: print(line, flush=True),
    )
    if options.serve:
        registry.serve(version)
    print(f"model version {version.name}{' is being served' if options.serve else ''}")
    return ALL_READ


def _models(_: argparse.Namespace) -> int:
    registry = Registry(load_settings().models_dir)
    served = registry.champion_name()
    for version in registry.versions():
        card = version.card
        mark = "*" if version.name == served else " "
        print(f"{mark} {version.name}  {card.architecture}  {card.parameters:,} parameters  {_tests(card)}")
    return ALL_READ


def _tests(card: ModelCard) -> str:
    tests = [score for score in card.scores if score.part == "test" and score.accuracy is not None]
    return ", ".join(f"{score.source} {score.accuracy:.2%}" for score in tests)


if __name__ == "__main__":
    sys.exit(main())
