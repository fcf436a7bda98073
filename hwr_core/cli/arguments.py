"""Kinds of argument that several commands take."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import NONE, Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import Source

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  it has no public name
"""What argparse makes for the commands of a program."""


def moment(text: str) -> datetime:
    """A moment in ISO 8601; one without an offset is in the time zone of this machine."""
    return datetime.fromisoformat(text).astimezone(UTC)


def digit_or_none(text: str) -> int | str:
    """A digit, or the word for none."""
    return text if text == NONE else int(text)


FILTERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "user_id": (int, "only this user's predictions"),
    "digit": (digit_or_none, "only those read as this digit, or as none"),
    "actual_digit": (digit_or_none, "only those that people say are this digit, or none"),
    "verdict": (Verdict, "only those with this verdict"),
    "confidence_from": (float, "only those at least this sure, 0 to 1"),
    "confidence_to": (float, "only those at most this sure, 0 to 1"),
    "source": (Source, "only those that came in by this door"),
    "model_version": (str, "only those by this model version"),
    "labelled": (Labelled, "only those of which people have said something, nothing, that they are right, or wrong"),
    "since": (moment, "only those from this moment on (ISO 8601)"),
    "until": (moment, "only those before this moment (ISO 8601)"),
}
"""The fields of HistoryFilter as options."""


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that choose predictions."""
    group = parser.add_argument_group("which predictions")
    for name, (kind, words) in FILTERS.items():
        choices = [*kind] if isinstance(kind, type) and issubclass(kind, (Verdict, Source, Labelled)) else None
        metavar = "{" + ",".join(choices) + "}" if choices else name.rpartition("_")[2].upper()
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, choices=choices, metavar=metavar, help=words)


def chosen_by(options: argparse.Namespace) -> HistoryFilter:
    """Return the filter that the options describe. Raises InvalidValue."""
    given = {name: value for name in FILTERS if (value := getattr(options, name)) is not None}
    return HistoryFilter(**given)


def confirmed(question: str, options: argparse.Namespace) -> bool:
    """Ask before something that cannot be undone, unless --yes was given; without a terminal it has to be given."""
    if options.yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidValue("This cannot be undone; --yes says that it is meant.")
    return input(f"{question} This cannot be undone. [y/N] ").strip().lower() in ("y", "yes")
