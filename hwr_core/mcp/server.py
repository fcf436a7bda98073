"""The tools as a server of the Model Context Protocol, over standard input and output, with the protocol's own SDK.

The SDK is the optional package mcp. Nothing else of hwr may write to standard output while it serves.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from hwr_core import __version__
from hwr_core.app.workspace import Workspace
from hwr_core.errors import HwrError
from hwr_core.mcp.tools import Tools

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

INSTRUCTIONS = (
    "Reads handwritten digits and numbers on images and documents of this machine, and shows what was read before. "
    "Use read_digit for an image of a single digit, read_number for anything with more. Confidences are calibrated; "
    "where accept is false, or the verdict is unsure, a person should look."
)


def server_of(workspace: Workspace, user_id: int) -> MCPServer[None]:
    """Return a server with all tools, acting as this user; `run("stdio")` serves until its input ends."""
    tools = Tools(workspace, user_id)
    server: MCPServer[None] = MCPServer("hwr", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    looks = ToolAnnotations(read_only_hint=True)
    server.add_tool(_said(tools.read_digit))
    server.add_tool(_said(tools.read_number))
    server.add_tool(_said(tools.list_predictions), annotations=looks)
    server.add_tool(_said(tools.get_prediction), annotations=looks)
    return server


def _said(tool: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The tool, with what is wrong said to the assistant in our words."""

    @wraps(tool)
    def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            return tool(*args, **kwargs)
        except HwrError as error:
            raise ToolError(str(error)) from error

    return call
