"""Every block of the documents: what can be run is run as it stands, the rest is parsed, or named with a reason."""

import io
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

import hwr_core
from hwr_core.cli import main
from hwr_core.settings import PROJECT, Settings
from tests.documents.blocks import Block, blocks_of
from tests.documents.running import ADDRESS, Bash, Python, as_checkout, in_folder, variables_of
from tests.serving import serving

HWR = ".venv/bin/hwr "
"""Commands that begin so are run in this process: starting Python for each of them would take most of the time."""

OF_OTHERS = {
    "api/live/README.md": "tests/server/test_live.py",
    "api/README.md": "test_rest_guide.py",
    "notebooks/README.md": "tests/notebooks/test_questions.py",
}
"""Documents whose programs run elsewhere."""

NOT_RUN = {
    "docker compose up -d": "there may be no Docker",
    "sudo useradd --system --home-dir /opt/hwr hwr": "it changes the system",
    "make phone": "it fetches packages; tests/api/routes/test_phone.py compares what is served with its sources",
    "make wheel": "it installs; tests/deploy/test_wheel.py builds the wheel, installs it and reads",
    ".venv/bin/pip install gunicorn": "it installs from the network, then serves until it is stopped",
    ".venv/bin/pip install 'psycopg[binary,pool]'": "it wants a server; `make test-postgresql` starts one",
    ".venv/bin/pip install obstore": "it wants a bucket and its keys; tests/storage starts a server of S3",
    "HWR_AUTH=required .venv/bin/hwr serve --host 0.0.0.0": "it serves until it is stopped; tests/server does so",
    ".venv/bin/hwr datasets list": "it fetches from the network; tests/datasets/test_open_sets.py has a server",
    ".venv/bin/hwr datasets get --all": "it fetches from the network, then trains for minutes; tests/training trains",
    ".venv/bin/hwr train --script kannada": "it needs a data set; tests/training/test_scripts.py trains scripts",
    ".venv/bin/hwr models onnx champion my-model.onnx": "tests/training/test_onnx_file.py runs it",
    ".venv/bin/hwr tune --set trials=20 --set minutes=30": "it takes too long; tests/training tunes",
}
"""Shell blocks by their first line, each with the reason."""

NO_CODE = {"text": "a drawing", "kotlin": "a program for Android", "swift": "a program for iOS"}
"""Languages that nothing here understands."""

SMALLER = {
    "--set start=champion --set epochs=3": "--set start=champion --set epochs=1 --set learning_rate=1e-4 "
    "--set sources='[\"custom\"]'",
    "--suite mnist --suite strokes": "--suite custom",
    "models promote challenger": "models promote challenger --force",
}
"""What is long, or needs data sets, as it is run here. Each stands in a document."""


def _variables(text: str) -> list[str]:
    """The lines of a `.env` file, each of which has to be a setting."""
    names = [line.partition("=")[0].removeprefix("HWR_").lower() for line in text.splitlines()]
    assert {*names} <= Settings.model_fields.keys()
    return names


PARSED: Mapping[str, Callable[[str], object]] = {
    "env": _variables,
    "json": json.loads,
    "yaml": yaml.safe_load,
}

MANY = [str(file.relative_to(PROJECT)) for file in (*PROJECT.glob("*.md"), *PROJECT.glob("[!.]*/**/*.md"))]
DOCUMENTS = sorted(name for name in MANY if not name.startswith(("build/", "data/custom", "api/phone/node_modules/")))
BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document)]
RUN_HERE = [block for block in BLOCKS if block.document not in OF_OTHERS]


def _are(*languages: str, among: list[Block] = RUN_HERE) -> list[Block]:
    return [block for block in among if block.language in languages and block.first_line not in NOT_RUN]


def _each(blocks: list[Block]) -> pytest.MarkDecorator:
    """A test of each; long where a model is trained."""
    trains = [[pytest.mark.slow, pytest.mark.long] if HWR + "train" in block.code else [] for block in blocks]
    params = [pytest.param(block, marks=marks, id=str(block)) for block, marks in zip(blocks, trains, strict=True)]
    return pytest.mark.parametrize("block", params)


SHELL = _are("sh", "console")
ASKING = [block for block in SHELL if "curl " in block.code]
TYPED = [block for block in SHELL if block not in ASKING]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout on which nothing is served, with labelled images of the reader's."""
    folder = as_checkout(tmp_path_factory.mktemp("checkout"))
    ZipFile(folder / "digits.zip").extractall(folder / "my-digits")
    ZipFile(folder / "digits.zip").extractall(folder / "data" / "custom_dataset")  # the slow blocks run without `cp`
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bash]:
    """A checkout whose server runs."""
    folder = as_checkout(tmp_path_factory.mktemp("served"))
    with serving(folder / "data", **variables_of(folder)) as server:
        yield Bash(folder, server.url, {})


def test_every_block_has_its_rule():
    """A new one is run, parsed, or named with the reason why not; no reason is left of one that is gone."""
    known = {"sh", "console", "python", *PARSED, *NO_CODE}

    assert [str(block) for block in BLOCKS if block.language not in known] == []
    assert NOT_RUN.keys() - {block.first_line for block in BLOCKS} == set()
    assert NO_CODE.keys() - {block.language for block in BLOCKS} == set()
    assert [old for old in SMALLER if not any(old in block.code for block in SHELL)] == []


@_each([block for block in BLOCKS if block.language in PARSED])
def test_what_is_no_program_can_be_parsed(block: Block):
    """Whoever copies it gets what its program understands."""
    assert PARSED[block.language](block.code) != ""


@_each(ASKING)
def test_requests_are_answered(block: Block, served: Bash):
    """By a server whose history is empty at first."""
    served.run(block)


@_each(_are("python"))
def test_python_runs(block: Block, checkout: Path):
    """As it stands on the page, from the folder of the checkout."""
    with in_folder(checkout, variables_of(checkout)):
        Python().run(block)
        hwr_core.open_workspace().close()


@_each(TYPED)
def test_commands_end_well(block: Block, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    """They print what stands below them, shares aside."""
    code = block.code
    for old, new in SMALLER.items():
        code = code.replace(old, new)
    commands = re.findall(r"^\$ (.*)", code, re.MULTILINE) or code.splitlines()
    shown = [line for line in block.code.splitlines() if block.language == "console" and not line.startswith("$ ")]

    if all(command.startswith(HWR) for command in commands):
        monkeypatch.setattr("sys.stdin", io.StringIO("a fair few plain words\n"))
        with in_folder(checkout, variables_of(checkout)):
            assert [(each, main(_words(each))) for each in commands] == [(each, 0) for each in commands]
    else:
        Bash(checkout, ADDRESS, {}).run(block)

    printed = _without_shares(capsys.readouterr().out)
    assert [line for line in shown if _without_shares(line) not in printed] == []


def _words(command: str) -> list[str]:
    """What a shell makes of a command's arguments."""
    return [re.sub(r"^~", os.environ["HOME"], word) for word in shlex.split(command.removeprefix(HWR), comments=True)]


def _without_shares(text: str) -> str:
    return re.sub(r"[\d.]+%", "%", text)
