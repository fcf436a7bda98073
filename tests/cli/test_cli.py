"""`hwr` as users and programs use it: lines or JSON, files or a pipe, and an exit status that means something."""

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hwr_core import __version__
from hwr_core.app.workspace import Workspace
from hwr_core.cli import main
from hwr_core.recognition.types import DIGITS
from hwr_core.records.erasure import IN_BACKUPS
from hwr_core.records.predictions import Source
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, number, png


@pytest.fixture(autouse=True)
def _own_folders(settings, monkeypatch):
    """Let every command work on this test's data folder and on the model shipped."""
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HWR_MODELS_DIR", str(settings.models_dir))


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A working folder with ten digits, a blank page and a text file."""
    folder = tmp_path / "images"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for digit in DIGITS:
        Path(f"{digit}.png").write_bytes(png(drawing(digit)))
    Path("blank.png").write_bytes(png(np.full((50, 50), 255, np.uint8)))
    Path("notes.txt").write_text("no image")
    return folder


def hwr(*arguments, **options):
    """Run the command as another process, its output in strict UTF-8 as on most machines."""
    command = [sys.executable, "-m", "hwr_core.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8:strict"}
    return subprocess.run(command, capture_output=True, env=environment, check=False, **options)


def _interrupt(*_):
    raise KeyboardInterrupt


def lines(capsys) -> list[str]:
    """Return the lines printed so far."""
    return capsys.readouterr().out.splitlines()


def test_each_file_is_a_line(files, capsys):
    """A line names the file, its digit, how sure that is, and the runners-up, in the order given."""
    assert main(["read", "7.png", "3.png"]) == 0
    seven, three = lines(capsys)
    assert seven.startswith("7.png: 7 ")
    assert three.startswith("3.png: 3 ")
    assert seven.count("%") == 3


def test_a_blank_page_is_no_error(files, capsys):
    """Nothing written is an answer."""
    assert main(["read", "blank.png"]) == 0
    assert lines(capsys) == ["blank.png: no digit (no ink)"]


def test_a_bad_file_is_named_and_the_others_are_read(files, capsys):
    """What cannot be read has its reason in its place; the exit status says that something was amiss."""
    assert main(["read", "7.png", "notes.txt", "gone.png", ".", "3.png"]) == 1
    seven, notes, gone, folder, three = lines(capsys)
    assert (seven[:8], three[:8]) == ("7.png: 7", "3.png: 3")
    assert notes.startswith("notes.txt: error: This is not an image")
    assert gone == "gone.png: error: The file cannot be opened: No such file or directory."
    assert folder == ".: error: The file cannot be opened: Is a directory."


def test_json_is_one_object_a_line(files, capsys):
    """For programs each file is an object with everything that is known of it."""
    assert main(["read", "--json", "7.png", "notes.txt", "blank.png"]) == 1
    seven, notes, blank = map(json.loads, lines(capsys))
    assert (seven["file"], seven["digit"], seven["prediction_id"]) == ("7.png", 7, None)
    assert seven["verdict"] in ("digit", "unsure")
    assert seven["confidence"] == max(seven["probabilities"])
    assert seven["model_version"] == Registry(PROJECT / "models").champion().name
    assert set(notes) == {"file", "error"}
    assert (blank["verdict"], blank["digit"], blank["confidence"]) == ("no_ink", None, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_standard_input_is_read_as_a_file(files, capsys, monkeypatch, count):
    """A dash is an image from a pipe, and may stand among files."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("5.png").read_bytes())))
    assert main(["read", "-", *["3.png"] * (count - 1)]) == 0
    assert [line[:4] for line in lines(capsys)] == ["-: 5", *["3.pn"] * (count - 1)]


def test_whole_numbers_are_read_line_by_line(files, capsys):
    """With --number each line of digits is a line; what has none, or cannot be read, says so."""
    Path("page.png").write_bytes(png(np.vstack([number("271828"), number("314159")])))
    assert main(["read", "--number", "page.png", "blank.png", "notes.txt"]) == 1
    first, second, blank, notes = lines(capsys)
    assert first.startswith("page.png: 271828 ")
    assert second.startswith("page.png: 314159 ")
    assert blank == "blank.png: no digits"
    assert notes.startswith("notes.txt: error: This is neither an image nor a PDF")


def test_what_was_not_read_of_a_number_is_said_beside_it(files, capsys, monkeypatch):
    """Warnings go to stderr, where they are in the way of no program, or into the object."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr("hwr_core.images.lines.segmentation.MOST_PARTS", 2)
    Path("page.png").write_bytes(png(number("271828")))
    assert main(["read", "--number", "page.png"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert "page.png: 6 separate marks were found" in err
    assert main(["read", "--number", "--json", "page.png"]) == 0
    assert len(json.loads(capsys.readouterr().out)["warnings"]) == 1


def test_a_line_says_whether_somebody_has_to_check_it(files, capsys):
    """At the error that is asked for; the option needs --number."""
    Path("page.png").write_bytes(png(number("271828")))
    assert main(["read", "--number", "--max-error", "0.5", "page.png"]) == 0
    assert main(["read", "--number", "--max-error", "1e-9", "page.png"]) == 0
    assert [line.split("% ")[1] for line in lines(capsys)] == ["accepted", "check this"]
    assert main(["read", "--max-error", "0.5", "page.png"]) != 0


def test_numbers_are_kept_and_checked(files, settings, capsys):
    """With --record they are in the history of numbers; what does not fit is said, and never accepted."""
    Path("page.png").write_bytes(png(number("271828")))
    assert main(["read", "--number", "--record", "--pattern", "digits 6", "--max-error", "0.5", "page.png"]) == 0
    assert main(["read", "--number", "--pattern", "range 1-5", "--max-error", "0.5", "page.png"]) == 0
    assert [line.split("% ")[1] for line in lines(capsys)] == ["accepted", "does not fit"]
    with Workspace(settings) as workspace:
        [kept] = workspace.numbers.page().numbers
    assert (kept.number.text, kept.pattern, kept.file_name, kept.source) == (
        "271828",
        "digits 6",
        "page.png",
        Source.CLI,
    )
    assert main(["read", "--number", "--pattern", "nonsense", "page.png"]) != 0
    assert "is no term" in capsys.readouterr().err
    assert main(["read", "--pattern", "luhn", "page.png"]) != 0


def test_whole_numbers_as_json(files, capsys):
    """For programs each file is an object with its digits and boxes."""
    Path("page.png").write_bytes(png(number("271828")))
    assert main(["read", "--number", "--json", "page.png"]) == 0
    [found] = [json.loads(line) for line in lines(capsys)]
    assert found["text"] == "271828"
    assert found["accept"] == found["lines"][0]["accept"]
    assert [len(digit["box"]) for digit in found["digits"]] == [4] * 6


def test_read_keeps_nothing_without_record(files, settings):
    """Without --record the history stays empty; not even its folder is made."""
    assert main(["read", "7.png"]) == 0
    assert not settings.data_dir.exists()


def test_record_keeps_the_predictions(files, settings, capsys):
    """With --record each prediction with ink is in the history under the id that was printed."""
    assert main(["read", "--record", "--json", "7.png", "blank.png", "notes.txt", "3.png"]) == 1
    ids = [json.loads(line).get("prediction_id") for line in lines(capsys)]
    with Workspace(settings) as workspace:
        history = workspace.history.page().predictions
    assert [None if each is None else type(each) for each in ids] == [int, None, None, int]
    assert [(each.id, each.file_name, each.source) for each in history] == [
        (ids[3], "3.png", Source.CLI),
        (ids[0], "7.png", Source.CLI),
    ]


def test_a_long_list_of_files_is_read_in_chunks(files, capsys, monkeypatch, settings):
    """More files than one batch may hold are all read and kept, in order, whatever the size of the chunks."""
    monkeypatch.setenv("HWR_MAX_BATCH_FILES", "3")
    names = [f"{digit}.png" for digit in (7, 3, 1, 0, 4, 2, 7)] + ["notes.txt"] * 4 + ["5.png"]
    assert main(["read", "--record", *names]) == 1
    assert [line.split(":")[0] for line in lines(capsys)] == names
    with Workspace(settings) as workspace:
        kept = [each.file_name for each in workspace.history.page().predictions]
    assert kept[::-1] == [name for name in names if name.endswith("png")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["read", "7.png", "--enhancement-level", "nan"], "hwr: enhancement_level is nan; a number from 0 to 3"),
        (["read", "7.png", "--enhancement-level", "4"], "hwr: enhancement_level is 4.0;"),
        (["read", "7.png", "--record", "--user", "77"], "hwr: There is no user 77."),
        (["train", "--set", "epochs=0"], "hwr: The training config is not valid: epochs is 0, and"),
        (["train", "--config", "gone.json"], "hwr: The config cannot be opened: No such file"),
    ],
)
def test_what_cannot_be_done_at_all_is_said_in_one_line(files, capsys, arguments, message):
    """A wrong option fails the whole command: status 2, the reason on standard error, nothing on standard output."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_file_too_large_is_not_read_whole(files, capsys, monkeypatch):
    """Of a file over the limit only so much is read as shows that it is over."""
    monkeypatch.setenv("HWR_MAX_IMAGE_BYTES", "2000")
    with Path("huge.png").open("wb") as file:
        file.truncate(2**40)
    assert main(["read", "huge.png"]) == 1
    assert "at most 2,000 are allowed" in lines(capsys)[0]


def test_without_a_model_nothing_can_be_read(files, capsys, monkeypatch, tmp_path):
    """No model version is said in words and is status 2."""
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "none"))
    assert main(["read", "7.png"]) == 2
    assert "No model version is being served" in capsys.readouterr().err


def test_training_without_data_names_the_file(files, capsys, monkeypatch, tmp_path):
    """A data set that is not there is named before any training begins."""
    monkeypatch.setenv("HWR_DATASETS_DIR", str(tmp_path))
    assert main(["train", "--set", 'sources=["optdigits"]']) == 2
    assert "optdigits.npz" in capsys.readouterr().err


def test_models_are_listed_and_the_served_one_is_marked(capsys):
    """Each version has a line, and its aliases stand in it."""
    registry = Registry(PROJECT / "models")
    assert main(["models", "list"]) == 0
    listed = lines(capsys)
    assert len(listed) == len(registry.versions())
    assert [line.split()[0] for line in listed if "champion" in line] == [registry.champion().name]


def test_models_are_listed_before_one_is_served(capsys, monkeypatch, settings, tmp_path):
    """Versions that nobody has chosen yet can be seen, to choose one."""
    registry = Registry(tmp_path / "models")
    shipped = Registry(settings.models_dir).champion()
    version = registry.publish(shipped.card, {"model.tflite": b"x"})
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    assert main(["models", "list"]) == 0
    assert lines(capsys)[0].startswith(f"{version.name} ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["paint"], 'Unknown command "paint".'),
        (["jobs", "lst"], 'Unknown command "lst". Did you mean "list"?'),
        (["export"], "requires an argument."),
        (["read", "--user", "me", "x.png"], 'Invalid value for --user: unable to convert "me" into int.'),
        (["read", "--jsn", "-"], "There is no option --jsn."),
        (["keys", "revoke", "1", "2"], "Unexpected argument: '2'."),
        (["users", "role", "1", "king"], 'Choose from: "viewer", "analyst", "admin".'),
        (["evaluate", "--suite", "moon"], 'Invalid value "moon" for --suite.'),
        (["export", "-", "--verdict", "no-idea"], '"not_a_digit"'),
        (["export", "-", "--digit", "x"], "'x' is neither a digit nor 'none'."),
        (["export", "-", "--since", "then"], "'then' is not ISO 8601"),
    ],
    ids=str,
)
def test_a_command_not_understood_is_one_line_and_status_2(arguments, message, capsys):
    """Wrong usage is one line, which names the help that shows the right one."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("hwr: ")
    assert message in captured.err
    assert captured.err.endswith("--help` shows what is allowed.\n")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_older_spellings_of_options_still_work(files, capsys):
    """Scripts of the first release call predictions readings and uploads originals."""
    main(["read", "--record", "7.png"])
    capsys.readouterr()
    assert main(["prune", "--readings-older-than", "0", "--originals-older-than", "0", "--dry-run"]) == 0
    assert lines(capsys)[0].startswith("1 predictions and 1 image files")
    assert main(["prune", "--help"]) == 0
    assert "older-than" in (shown := capsys.readouterr().out)
    assert "readings" not in shown


def test_ctrl_c_ends_quietly(capsys, monkeypatch):
    """Whoever interrupts a command sees one line and no traceback, and the status is 2."""
    monkeypatch.setattr("hwr_core.app.workspace.Workspace.__enter__", _interrupt)
    assert main(["users", "list"]) == 2
    assert capsys.readouterr().err == "hwr: stopped\n"


def test_a_file_may_be_called_like_an_option(files, capsys):
    """A file whose name begins with a dash is read once -- says that no options follow."""
    Path("3.png").rename("--3.png")
    assert main(["read", "--", "--3.png"]) == 0
    assert lines(capsys)[0].startswith("--3.png: 3")


def test_an_address_that_is_taken_is_said_in_one_line(capsys, settings):
    """A port that another program listens on is named; nothing is started, and no address is promised."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--host", "127.0.0.1", "--port", str(port)]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"hwr: The server cannot listen on 127.0.0.1, port {port}: Address already in use.\n"
    assert captured.out == ""


def test_the_version_is_printed(capsys):
    """--version prints it."""
    assert main(["--version"]) == 0
    assert lines(capsys) == [f"hwr {__version__}"]


def test_the_command_works_as_a_process(files):
    """As other programs call it: JSON and nothing else on standard output, and the status of the exit."""
    done = hwr("read", "--json", "-", "notes.txt", "3.png", input=Path("9.png").read_bytes())
    nine, notes, three = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert (nine["file"], nine["digit"], three["digit"]) == ("-", 9, 3)
    assert "error" in notes


def test_a_process_that_cannot_do_anything_ends_with_2(files):
    """The last word on standard error is the reason."""
    done = hwr("read", "3.png", "--enhancement-level", "-1")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines()[-1:] == [
        "hwr: enhancement_level is -1.0; a number from 0 to 3 is allowed."
    ]


def test_a_reader_that_has_seen_enough_is_no_error(files):
    """`hwr read ... | head -1` ends quietly once nobody reads on."""
    command = [sys.executable, "-m", "hwr_core.cli", "read", *["3.png", "7.png"] * 60]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"Broken" not in done.stderr


def test_a_closed_standard_input_is_a_file_that_cannot_be_opened(files, capsys, monkeypatch):
    """Where there is no standard input at all, a dash is named as unreadable and the others are read."""
    monkeypatch.setattr("sys.stdin", None)
    assert main(["read", "-", "3.png"]) == 1
    dash, three = lines(capsys)
    assert dash == "-: error: There is no standard input."
    assert three.startswith("3.png: 3")


@pytest.mark.skipif(sys.platform != "linux", reason="only there any byte may stand in a file name")
def test_a_file_name_of_any_bytes_can_be_printed(files):
    """A name that is no UTF-8 neither stops the command nor hides the digit."""
    Path("3.png").rename(os.fsdecode(b"\xff.png"))
    done = hwr("read", "--record", b"\xff.png", "7.png")
    strange, seven = done.stdout.splitlines()
    assert strange.startswith(rb"\xff.png: 3 ")
    assert seven.startswith(b"7.png: 7")
    assert done.returncode == 0


def test_users_are_managed_by_hand(capsys):
    """Users are created, renamed, switched off and listed; a clash is an error in words."""
    assert main(["users", "create", "Ada", "--email", "ada@example.org"]) == 0
    assert main(["users", "create", "ADA"]) == 2
    assert main(["users", "rename", "2", "Countess"]) == 0
    assert main(["users", "deactivate", "2"]) == 0
    capsys.readouterr()
    assert main(["users", "list"]) == 0
    assert lines(capsys) == ["     1  default", "     2  Countess  ada@example.org  (deactivated)"]
    assert main(["users", "list", "--json"]) == 0
    assert [json.loads(line)["id"] for line in lines(capsys)] == [1, 2]


def test_what_cannot_be_undone_wants_a_yes(files, capsys):
    """Without a terminal to ask on, deleting needs --yes, and then tells what went."""
    main(["users", "create", "Ada"])
    main(["read", "--record", "--user", "2", "7.png", "3.png"])
    capsys.readouterr()
    assert main(["users", "delete", "2"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["users", "delete", "2", "--yes"]) == 0
    assert lines(capsys) == [f"user 2 deleted, with 2 predictions. {IN_BACKUPS}"]
    assert main(["users", "anonymise", "2", "--yes"]) == 2


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_history_is_exported_to_a_file(files, kind):
    """The file's name says the format, filters choose the predictions, and nothing half-written is left."""
    main(["read", "--record", "7.png", "3.png", "5.png"])
    assert main(["export", f"out.{kind}", "--digit", "7", "--source", "cli"]) == 0
    content = Path(f"out.{kind}").read_bytes()
    assert b"7.png" in content
    assert b"3.png" not in content
    assert not [*Path().glob(".export-*")]


def test_an_export_goes_through_a_pipe(files):
    """With - the rows go to standard output, for other programs."""
    main(["read", "--record", "7.png"])
    done = hwr("export", "-", "--format", "jsonl")
    assert json.loads(done.stdout)["file_name"] == "7.png"
    user = hwr("export-user", "1", "-")
    assert len(json.loads(user.stdout)["data"]["predictions"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["export", "out.xlsx"],
        ["export", "no/such/folder/out.csv"],
        ["export", "out.csv", "--user-id", "9"],
        ["export", "out.csv", "--confidence-from", "2"],
        ["export-user", "9", "out.json"],
        ["prune", "--predictions-older-than", "-1", "--yes"],
        ["users", "create", ""],
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(files, capsys, wrong):
    """A wrong value is an error in words and status 2, and an older file of the name is not touched."""
    Path("out.csv").write_text("older")
    assert main(wrong) == 2
    assert capsys.readouterr().err.startswith("hwr: ")
    assert Path("out.csv").read_text() == "older"


def test_pruning_asks_before_it_deletes(files, capsys):
    """A dry run says what would be deleted; only --yes deletes it."""
    main(["read", "--record", "7.png"])
    capsys.readouterr()
    assert main(["prune"]) == 0
    assert main(["prune", "--predictions-older-than", "0", "--dry-run"]) == 0
    assert main(["prune", "--predictions-older-than", "0"]) == 2
    assert main(["prune", "--predictions-older-than", "0", "--yes"]) == 0
    printed = lines(capsys)
    assert printed[0].startswith("0 predictions and 0 image files")
    assert printed[1].startswith("1 predictions and 1 image files")
    assert printed[2] == "1 predictions and 1 image files deleted"


def test_backup_and_restore_from_the_command_line(files, settings, monkeypatch, tmp_path, capsys):
    """What one line saves another brings back; a folder that is not empty wants --replace, and old things lie aside."""
    assert main(["read", "--record", "7.png"]) == 0
    assert main(["backup", "b.zip"]) == 0
    assert "1 predictions, 1 image files" in lines(capsys)[-1]
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    assert main(["restore", "b.zip"]) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", "--replace", "b.zip"]) == 0
    back, aside = lines(capsys)
    versions = len(Registry(PROJECT / "models").versions())
    assert back.startswith(f"back: 1 predictions, 1 image files, {versions} model versions")
    assert "What was there before is now in" in aside
    assert main(["restore", "--finish"]) == 0
    assert main(["restore"]) == 2


def test_doctor_says_good_note_or_bad(settings, monkeypatch, capsys):
    """Exit status 0 when all works, else 1; as JSON for programs."""
    monkeypatch.setenv("HWR_PORT", "0")
    assert main(["doctor"]) == 0
    assert any(line.startswith("good  model: ") for line in lines(capsys))
    monkeypatch.setenv("HWR_HOST", "0.0.0.0")  # noqa: S104
    assert main(["doctor", "--json"]) == 1
    [answer] = map(json.loads, lines(capsys))
    assert answer["healthy"] is False
    assert [check["about"] for check in answer["checks"] if check["state"] == "bad"] == ["address"]


def test_serving_all_the_world_has_to_be_asked_for(capsys):
    """Without sign-in an address of the network is refused in words, before anything listens."""
    assert main(["serve", "--host", "0.0.0.0", "--port", "0"]) == 2  # noqa: S104
    assert "HWR_ALLOW_OPEN=1" in capsys.readouterr().err
