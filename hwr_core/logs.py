"""Log lines for the console or as JSON, to stderr and a file. Nothing is set up before a server starts."""

import json
import logging
import sys
from abc import abstractmethod
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from hwr_core.errors import InvalidValue
from hwr_core.settings import MIB, Settings

current_request: ContextVar[str] = ContextVar("current_request", default="")
"""The id of the current request; empty outside of any."""

FIELDS = "fields"
"""The key of a line's structured fields: `log.info("...", extra={FIELDS: {"status": 200}})`."""

_LINE = "_hwr_line"
"""Where a record holds its line, once that is made, beside who made it."""

FILE_BYTES = 10 * MIB
FILES = 5
"""The log file is rotated at this size, and this many rotated files are kept."""

OURS = ("api", "asgi", "dashboard", "hwr_core")
SERVERS = ("uvicorn", "gunicorn", "streamlit")
"""Their loggers have handlers of their own, whose lines would look different and not reach the file."""


def set_up(settings: Settings) -> None:
    """Set up logging for this process as the settings say, replacing an earlier set-up.

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
        handler.addFilter(add_request_id)
        root.addHandler(handler)
    _set_levels(settings.log_level)


def _set_levels(name: str) -> None:
    level = logging.getLevelNamesMapping()[name.upper()]
    logging.getLogger().setLevel(max(level, logging.WARNING))  # libraries only log what is wrong
    for logger in map(logging.getLogger, OURS):
        logger.setLevel(level)
    for logger in map(logging.getLogger, _names_of(SERVERS)):
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(level, logging.INFO))
    # api.middleware.request_log logs each request.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_no_websocket_line)


def _names_of(packages: Sequence[str]) -> list[str]:
    """The loggers of these packages and of all their modules that exist so far."""
    known = list(logging.getLogger().manager.loggerDict)
    return [*packages, *(name for name in known if name.startswith(tuple(f"{package}." for package in packages)))]


def _file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    except OSError as error:
        raise InvalidValue(
            f"HWR_LOG_FILE: the log file cannot be written: {error.strerror}. Set another file, or `off` for none."
        ) from error


def _is_no_websocket_line(record: logging.LogRecord) -> bool:
    """Drop uvicorn's lines on WebSockets: they contain the query string, where a client may have put a secret."""
    return "WebSocket %s" not in str(record.msg)


def add_request_id(record: logging.LogRecord) -> bool:
    """Add the id of the request to a record, in the thread that handles the request."""
    record.request_id = current_request.get()
    return True


class _Lines(logging.Formatter):
    """Makes the line of a record once: the file asks for it twice, to see whether it is full, and the console again."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        made = record.__dict__.get(_LINE)
        if made is None or made[0] is not self:
            made = record.__dict__[_LINE] = (self, self.line_of(record))
        line: str = made[1]
        return line

    @abstractmethod
    def line_of(self, record: logging.LogRecord) -> str:
        """Make the line of a record."""


class JsonLines(_Lines):
    """One JSON object per line."""

    def line_of(self, record: logging.LogRecord) -> str:
        """Make the line of a record."""
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


class ConsoleLines(_Lines):
    """A readable line: time, level, message, fields, request id; a traceback follows on lines of its own."""

    def line_of(self, record: logging.LogRecord) -> str:
        """Make the line of a record."""
        fields = "".join(f" {name}={value}" for name, value in getattr(record, FIELDS, {}).items())
        request_id = getattr(record, "request_id", "")
        line = (
            f"{_time(record):%Y-%m-%d %H:%M:%S.%f} {record.levelname:<8} {_on_one_line(record.getMessage())}"
            f"{fields}{f' request_id={request_id}' if request_id else ''}  [{record.name}]"
        )
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _on_one_line(message: str) -> str:
    """Escape line breaks, which may come from a client, so that one message stays one line."""
    return message.replace("\r", "\\r").replace("\n", "\\n")
