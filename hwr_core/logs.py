"""Log lines for people or for programs, to stderr and a file. Nothing is set up before a server starts."""

import json
import logging
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from hwr_core.errors import InvalidValue
from hwr_core.settings import MIB, Settings

current_request: ContextVar[str] = ContextVar("current_request", default="")
"""The id of the request that is being answered; empty outside of any."""

FIELDS = "fields"
"""The name under which a line's figures are given: `log.info("...", extra={FIELDS: {"status": 200}})`."""

FILE_BYTES = 10 * MIB
FILES = 5
"""The log file is set aside when it has this size, and so many of those are kept."""

OURS = ("api", "asgi", "dashboard", "hwr_core")
SERVERS = ("uvicorn", "gunicorn", "streamlit")
"""Whose loggers come with handlers of their own, so that their lines would look otherwise and miss the file."""


def set_up(settings: Settings) -> None:
    """Send all log lines of this process where the settings say; what was set up before is replaced.

    Raises:
        InvalidValue: the log file cannot be written.
    """
    formatter = JsonLines() if settings.log_format == "json" else ConsoleLines()
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if settings.log_path is not None:
        handlers.append(_file(settings.log_path))
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler.formatter, (JsonLines, ConsoleLines))]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        handler.addFilter(_note_the_request)
        root.addHandler(handler)
    _set_levels(settings.log_level)


def _set_levels(name: str) -> None:
    level = logging.getLevelNamesMapping()[name.upper()]
    logging.getLogger().setLevel(max(level, logging.WARNING))  # libraries are asked for what is wrong alone
    for logger in map(logging.getLogger, OURS):
        logger.setLevel(level)
    for logger in map(logging.getLogger, _names_of(SERVERS)):
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(level, logging.INFO))
    logging.getLogger("uvicorn.access").setLevel(
        logging.WARNING
    )  # api.middleware.request_log has a line for each request
    logging.getLogger("uvicorn.error").addFilter(_tells_no_address)


def _names_of(packages: Sequence[str]) -> list[str]:
    """The loggers of packages and of all their modules so far."""
    known = list(logging.getLogger().manager.loggerDict)
    return [*packages, *(name for name in known if name.startswith(tuple(f"{package}." for package in packages)))]


def _file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    except OSError as error:
        raise InvalidValue(
            f"HWR_LOG_FILE: the log file cannot be written: {error.strerror}. Name another, or `off` for none."
        ) from error


def _tells_no_address(record: logging.LogRecord) -> bool:
    """Leave out uvicorn's lines on WebSockets: they hold the query, in which a client may have put a secret."""
    return "WebSocket %s" not in str(record.msg)


def _note_the_request(record: logging.LogRecord) -> bool:
    """Note a line's request while its thread still knows it."""
    record.request_id = current_request.get()
    return True


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "timestamp": _time(record).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            line["request_id"] = request_id
        line |= getattr(record, FIELDS, {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class ConsoleLines(logging.Formatter):
    """A line for people: time, level, words, figures, request; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        given = getattr(record, FIELDS, {})
        figures = "".join(f" {name}={value}" for name, value in given.items())
        request_id = getattr(record, "request_id", "")
        line = (
            f"{_time(record):%Y-%m-%d %H:%M:%S.%f} {record.levelname:<8} {_on_one_line(record.getMessage())}"
            f"{figures}{f' request_id={request_id}' if request_id else ''}  [{record.name}]"
        )
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _on_one_line(message: str) -> str:
    """Keep words that hold a line break, a client's maybe, from looking like two lines."""
    return message.replace("\r", "\\r").replace("\n", "\\n")
