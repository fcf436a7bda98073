"""The commands of hwr: each parses, makes one call into hwr_core, and shows. No logic here."""

import argparse
import os
import sys
from collections.abc import Sequence

from hwr_core import __version__
from hwr_core.cli import access, deploy, history, jobs, models, read, serve, users
from hwr_core.cli.status import UNUSABLE
from hwr_core.errors import HwrError

GROUPS = (serve, read, jobs, models, users, access, history, deploy)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 a file could not be read, 2 nothing could be done."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except HwrError as error:
        print(f"hwr: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("hwr: stopped", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:  # whoever read our output, `head` maybe, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends
        return UNUSABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hwr", description="Reads handwritten digits.")
    parser.add_argument("--version", action="version", version=f"hwr {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add_to(commands)
    return parser
