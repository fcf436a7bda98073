"""What `hwr --help` shows: every command, argument and option of the first release is there and stays."""

import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from hwr_core.cli import main
from hwr_core.cli.arguments.selection import Selection
from hwr_core.records.filters import HistoryFilter

COMMANDS = {
    "": "demo doctor mcp serve export export-user forms read read-all datasets "
    "evaluate experiments jobs models train tune "
    "audit backup keys migrate-storage migrate-store prune restore users --help --install-completion --version",
    "demo": "--port --no-browser",
    "mcp": "--user",
    "serve": "--host --port --workers --no-browser",
    "read": "FILE... --json --record --user --number --script --enhancement-level --max-error --pattern",
    "forms": "add delete list read",
    "forms list": "--json",
    "forms add": "NAME FILE --fields --user",
    "forms delete": "FORM --yes",
    "forms read": "FORM FILE... --output --max-error --record --user",
    "train": "--config --set --script --user",
    "tune": "--config --set --join --user",
    "datasets": "get list path",
    "datasets list": "--json",
    "datasets get": "NAME --all",
    "datasets path": "NAME",
    "jobs": "cancel list log mlflow note resume show",
    "jobs list": "--json",
    "jobs show": "JOB",
    "jobs log": "JOB",
    "jobs mlflow": "JOB --to --experiment",
    "jobs note": "JOB --title --tag --text",
    "jobs cancel": "JOB",
    "jobs resume": "JOB",
    "evaluate": "VERSION --suite --folder --limit --user",
    "experiments": "list plan show start stop",
    "experiments list": "",
    "experiments plan": "--arm --metric --smallest",
    "experiments show": "EXPERIMENT --json",
    "experiments start": "NAME --arm --days --metric --smallest --adaptive --user",
    "experiments stop": "EXPERIMENT --reason",
    "models": "challenge compare export list log note onnx promote pull push restore retire rollback shadow show",
    "models export": "VERSION FILE",
    "models onnx": "VERSION FILE",
    "models pull": "SOURCE --with-token",
    "models push": "VERSION TARGET",
    "models note": "VERSION --title --tag --text",
    "models shadow": "VERSION --share --off --user",
    "models list": "",
    "models log": "",
    "models show": "VERSION --json",
    "models compare": "ONE OTHER",
    "models promote": "VERSION --reason --user --force",
    "models challenge": "VERSION --reason --user",
    "models retire": "VERSION --reason --user",
    "models restore": "VERSION --reason --user",
    "models rollback": "--reason --user",
    "users": "activate anonymise create deactivate delete erase-history link list password rename role unlink",
    "users list": "--json",
    "users create": "USERNAME --email --role --admin",
    "users password": "USER",
    "users role": "USER ROLE --force",
    "users link": "USER SUBJECT",
    "users unlink": "USER",
    "users rename": "USER USERNAME",
    "users deactivate": "USER --force",
    "users activate": "USER",
    "users anonymise": "USER --yes --force",
    "users erase-history": "USER --yes",
    "users delete": "USER --yes --force",
    "keys": "create list revoke",
    "keys create": "NAME --user --days",
    "keys list": "--user",
    "keys revoke": "KEY",
    "audit": "--limit",
    "export": "FILE --format --user-id --digit --actual-digit --verdict --confidence-from --confidence-to "
    "--source --script --model-version --labelled --since --until",
    "read-all": "SRC DST --json --numbers --script --enhancement-level --shard-size --shard --processes --engine "
    "--address",
    "export-user": "USER FILE --format",
    "prune": "--dry-run --predictions-older-than --uploads-older-than --yes",
    "backup": "FILE",
    "migrate-storage": "FROM TO",
    "migrate-store": "TO",
    "restore": "FILE --replace --finish",
    "doctor": "--json",
}
"""Each command, and what its help lists in its left column: commands, arguments and options."""
LISTED = re.compile(r"^│ (?:\*  |   )?([^\s│]+)", re.MULTILINE)
HEAVY = ("tensorflow", "hwr_core.app", "fastapi", "uvicorn", "streamlit", "pandas")


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch):
    """Give the help room for one line each."""
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command or "hwr")
def test_help_shows_each_argument_and_option(command, flag, capsys):
    """It goes to standard output, and is status 0."""
    assert main([*command.split(), flag]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(" ".join(["Usage: hwr", *command.split()]))
    assert LISTED.findall(captured.out) == COMMANDS[command].split()
    assert captured.err == ""


@pytest.mark.parametrize("arguments", [[], ["jobs"], ["models"], ["users"], ["keys"]], ids=str)
def test_a_command_that_is_not_named_is_status_2_and_shows_what_there_is(arguments, capsys):
    """`hwr` alone, or a group alone, does nothing: its help goes to standard error."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(" ".join(["Usage: hwr", *arguments, "COMMAND"]))
    assert captured.out == ""


def test_the_options_that_select_predictions_are_the_fields_of_the_filter():
    """A field that HistoryFilter gains is an option of `hwr export` too."""
    assert [each.name for each in fields(Selection)] == [each.name for each in fields(HistoryFilter)]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["serve", "--help"], ["read", "--fast"]], ids=str)
def test_help_loads_nothing_that_only_commands_need(arguments):
    """Whoever asks how a command is called does not wait for models, the database or a server to be loaded."""
    source = (
        f"from hwr_core.cli import main; import sys; main({arguments}); print(sorted(set({HEAVY}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_shell_completes_commands_once_it_was_told_to(tmp_path):
    """By a real bash, with what the program has written into a home of the test's own."""
    home = {**os.environ, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    program = [sys.executable, "-m", "hwr_core.cli", "--install-completion"]
    subprocess.run(program, env=home, check=True, capture_output=True)
    [script] = tmp_path.rglob("completions/hwr")
    asked = f"source {script}; COMP_WORDS=(hwr models pro); COMP_CWORD=2; _hwr; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["/bin/bash", "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["promote"]
