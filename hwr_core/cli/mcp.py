"""hwr mcp: the tools of an assistant, over standard input and output."""

from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE
from hwr_core.errors import NotInstalled
from hwr_core.records.users import DEFAULT_USER


def mcp(*, user: int = DEFAULT_USER) -> int:
    """Serve an assistant (Model Context Protocol): it reads images on this machine and sees the history.

    Args:
        user: The user as whom it acts.
    """
    try:
        from hwr_core.mcp.server import server_of
    except ImportError as error:  # it is missing, or too old
        raise NotInstalled("Serving an assistant needs the MCP SDK", "mcp") from error

    with opened() as workspace:
        workspace.users.get(user)
        server_of(workspace, user).run("stdio")
    return DONE
