"""The tools of an assistant, called over standard input and output by the client of the protocol's own SDK."""

import base64
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from mcp import Client, StdioServerParameters

from hwr_core.app.workspace import Workspace
from hwr_core.cli import main
from hwr_core.settings import load_settings
from tests.handwriting import drawing, number, png
from tests.loops import finished

Result = TypeVar("Result")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, with images."""
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "seven.png").write_bytes(png(drawing(7)))
    (tmp_path / "number.png").write_bytes(png(number("271828")))
    return tmp_path


def talk(act: Callable[[Client], Awaitable[Result]], *arguments: str) -> Result:
    """Start `hwr mcp` as a client does, act, and end it."""
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "hwr_core.cli", "mcp", *arguments], env=dict(os.environ)
    )

    async def acted() -> Result:
        async with Client(program) as client:
            return await act(client)

    return finished(acted())


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers, checked by the client against the schema that the server has told."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool says is wrong."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return " ".join(str(getattr(part, "text", "")) for part in result.content)


@pytest.mark.slow
def test_an_assistant_reads_and_looks_at_the_history(data: Path) -> None:
    """By path or content; what it asks to be stored is found again, page by page, with its id."""

    async def act(client: Client) -> None:
        listed = await client.list_tools()
        assert [tool.name for tool in listed.tools] == [
            "read_digit",
            "read_number",
            "list_predictions",
            "get_prediction",
        ]
        assert all(tool.description and tool.output_schema for tool in listed.tools)
        seven = await answer(client, "read_digit", path=str(data / "seven.png"))
        assert (seven["digit"], seven["verdict"], seven["prediction_id"]) == (7, "digit", None)
        assert seven["candidates"][0] == {"value": 7, "probability": seven["confidence"]}
        sent = base64.b64encode(png(drawing(3))).decode()
        ids = [
            (await answer(client, "read_digit", image_base64=content, store=True))["prediction_id"]
            for content in (sent, f"data:image/png;base64,{sent}")
        ]
        empty = await answer(
            client,
            "read_digit",
            image_base64=base64.b64encode(png(np.full((280, 280), 255, np.uint8))).decode(),
            store=True,
        )
        assert (empty["verdict"], empty["digit"], empty["candidates"], empty["prediction_id"]) == (
            "no_ink",
            None,
            [],
            None,
        )
        newest = await answer(client, "list_predictions", limit=1)
        assert [each["prediction_id"] for each in newest["predictions"]] == [ids[1]]
        older = await answer(client, "list_predictions", before=newest["next"])
        assert [each["prediction_id"] for each in older["predictions"]] == [ids[0]]
        assert (await answer(client, "get_prediction", prediction_id=ids[0]))["digit"] == 3
        found = await answer(client, "read_number", path=str(data / "number.png"), pattern="digits 6", store=True)
        assert (found["text"], found["lines"][0]["fits"], found["pages"], found["number_id"]) == ("271828", True, 1, 1)

    talk(act)


@pytest.mark.slow
def test_what_is_wrong_is_said_and_the_server_goes_on(data: Path) -> None:
    """Nothing, both, no base64, no image, no file, a device, a bad value; then it still reads."""
    (data / "words.txt").write_text("no image")

    async def act(client: Client) -> None:
        assert "Give either path" in await refusal(client, "read_digit")
        both = {"path": str(data / "seven.png"), "image_base64": "AAAA"}
        assert "Give either path" in await refusal(client, "read_digit", **both)
        assert "not valid base64" in await refusal(client, "read_digit", image_base64="!!!")
        assert "not an image" in await refusal(client, "read_digit", path=str(data / "words.txt"))
        assert "There is no file" in await refusal(client, "read_number", path=str(data / "gone.png"))
        assert "There is no file" in await refusal(client, "read_number", path="/dev/zero")
        assert "There is no file" in await refusal(client, "read_digit", path="x\0.png")
        assert "The file cannot be opened" in await refusal(client, "read_digit", path="~nobody-of-this-name/x.png")
        assert "enhancement_level" in await refusal(
            client, "read_digit", path=str(data / "seven.png"), enhancement_level=7
        )
        assert "There is no prediction 5" in await refusal(client, "get_prediction", prediction_id=5)
        assert "limit" in await refusal(client, "list_predictions", limit=0)
        assert (await answer(client, "read_digit", path=str(data / "seven.png")))["digit"] == 7

    talk(act)


@pytest.mark.slow
def test_it_sees_only_what_its_user_stored(data: Path) -> None:
    """Neither in the list nor by its id is another user's prediction shown."""
    with Workspace(load_settings()) as workspace:
        other = workspace.users.create("Bob").id
    sent = base64.b64encode(png(drawing(3))).decode()
    theirs = talk(lambda client: answer(client, "read_digit", image_base64=sent, store=True), "--user", str(other))

    async def act(client: Client) -> None:
        assert (await answer(client, "list_predictions"))["predictions"] == []
        assert "There is no prediction" in await refusal(
            client, "get_prediction", prediction_id=theirs["prediction_id"]
        )

    talk(act)


def test_a_user_that_does_not_exist_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before a word is spoken."""
    assert main(["mcp", "--user", "9"]) == 2
    assert "There is no user 9" in capsys.readouterr().err


def test_without_the_sdk_the_command_says_how_to_get_it(data: Path) -> None:
    """In one line, with the name of the extra."""
    source = "import sys; sys.modules['mcp'] = None; from hwr_core.cli import main; sys.exit(main(['mcp']))"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'hwr[mcp]'" in done.stderr
