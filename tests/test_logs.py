"""Log lines: their two forms, where they go, and that nothing is set up twice."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hwr_core import logs
from hwr_core.errors import InvalidValue
from hwr_core.logs import FIELDS, current_request
from hwr_core.settings import Settings

log = logging.getLogger("hwr_core.tests")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as it was."""
    loggers = [logging.getLogger(name) for name in ("", *logging.getLogger().manager.loggerDict)]
    before = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    yield
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, (logs.JsonLines, logs.ConsoleLines)):
            handler.close()
    for logger, level, handlers, propagate in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate = propagate


@pytest.fixture
def json_lines(settings: Settings) -> Settings:
    """Settings that ask for JSON."""
    return settings.model_copy(update={"log_format": "json"})


def test_json_has_one_object_a_line_in_both_places(json_lines: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Time, level, words, figures, request and traceback are fields, on stderr as in the file."""
    logs.set_up(json_lines)
    token = current_request.set("request-1")
    try:
        1 / 0  # noqa: B018  for its traceback
    except ZeroDivisionError:
        log.exception("Two\nlines", extra={FIELDS: {"status": 500}})
    finally:
        current_request.reset(token)
    written = capsys.readouterr().err
    (line,) = written.splitlines()
    found = json.loads(line)
    assert (found["level"], found["message"], found["status"], found["request_id"]) == (
        "error",
        "Two\nlines",
        500,
        "request-1",
    )
    assert found["timestamp"].endswith("+00:00")
    assert "ZeroDivisionError" in found["traceback"]
    assert json_lines.log_path is not None
    assert json_lines.log_path.read_text() == written


def test_console_has_a_line_for_users(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The same on one line, whatever is in the words."""
    logs.set_up(settings)
    log.info("One\nline", extra={FIELDS: {"status": 200}})
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} INFO     One\\nline status=200  \[hwr_core\.tests\]\n",
        capsys.readouterr().err,
    )


def test_setting_up_again_writes_no_line_twice(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time takes the place of the first."""
    logs.set_up(settings)
    logs.set_up(settings)
    log.info("Once")
    assert capsys.readouterr().err.count("Once") == 1
    assert settings.log_path is not None
    assert settings.log_path.read_text().count("Once") == 1


def test_the_level_is_for_our_own_lines(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """At debug ours are told in full, while libraries say only what is wrong; at error neither warns."""
    library = logging.getLogger("some.library")
    logs.set_up(settings.model_copy(update={"log_level": "debug"}))
    log.debug("ours")
    library.debug("theirs")
    logs.set_up(settings.model_copy(update={"log_level": "error"}))
    log.warning("our warning")
    library.warning("their warning")
    assert [line.split()[3] for line in capsys.readouterr().err.splitlines()] == ["ours"]


def test_lines_of_the_server_take_the_same_way(json_lines: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The web server and Streamlit bring handlers of their own, which go."""
    theirs = logging.getLogger("streamlit.some_module")
    theirs.addHandler(logging.StreamHandler())
    theirs.propagate = False
    logs.set_up(json_lines)
    theirs.warning("A page crashed.")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"] == "A page crashed."


def test_addresses_of_websockets_are_not_logged(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """The server's own line on them would hold the query, and with it what a client signs in by."""
    logs.set_up(settings)
    server = logging.getLogger("uvicorn.error")
    server.info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/live?token=hush")
    server.info("connection open")
    assert "hush" not in (written := capsys.readouterr().err)
    assert "connection open" in written


def test_a_log_file_can_be_named_or_left_out(
    settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It lies in the data folder unless its path is a whole one; `off` writes none."""
    assert settings.log_path == settings.data_dir / "logs" / "app.log"
    elsewhere = settings.model_copy(update={"log_file": tmp_path / "else.log"})
    assert elsewhere.log_path == tmp_path / "else.log"
    logs.set_up(settings.model_copy(update={"log_file": Path("off")}))
    log.info("To stderr")
    assert "To stderr" in capsys.readouterr().err
    assert not settings.data_dir.exists()


def test_a_full_log_file_is_set_aside(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file never grows beyond its size, and so many older ones are kept and no more."""
    monkeypatch.setattr(logs, "FILE_BYTES", 1000)
    monkeypatch.setattr(logs, "FILES", 2)
    logs.set_up(settings)
    for count in range(100):
        log.info("Line %s of a hundred", count)
    assert settings.log_path is not None
    files = sorted(settings.log_path.parent.iterdir())
    assert [file.name for file in files] == ["app.log", "app.log.1", "app.log.2"]
    assert all(file.stat().st_size <= 1000 for file in files)


def test_a_log_file_that_cannot_be_written_is_told_in_words(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which setting, why, and the way out; what was set up before still works."""
    settings.data_dir.mkdir()
    (settings.data_dir / "logs").write_text("in the way")
    with pytest.raises(InvalidValue, match=r"HWR_LOG_FILE.*`off`"):
        logs.set_up(settings)
