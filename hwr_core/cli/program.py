"""`hwr`: all commands in one program, and how every one of them ends."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from cyclopts import App, CycloptsError, Group, Parameter
from cyclopts.exceptions import UnusedCliTokensError

from hwr_core import __version__
from hwr_core.cli import (
    audit,
    backup,
    datasets,
    demo,
    doctor,
    evaluate,
    experiments,
    export,
    forms,
    jobs,
    keys,
    mcp,
    migrate_storage,
    migrate_store,
    models,
    prune,
    read,
    read_all,
    serve,
    training,
    users,
)
from hwr_core.cli.output.status import DONE, UNUSABLE
from hwr_core.errors import HwrError

EXAMPLES = """Examples:

  hwr read scan.png                      the digit on an image
  hwr read --number --json *.pdf         all numbers of documents, for programs
  hwr demo                               the dashboard, with an example history
  hwr train --set epochs=3 && hwr models compare challenger
"""

app = App(
    name="hwr",
    help="Reads handwritten digits.",
    help_epilogue=EXAMPLES,
    version=f"hwr {__version__}",
    help_format="plaintext",  # nothing in our texts is markup, and loading Markdown takes 150 ms
    default_parameter=Parameter(negative=()),  # no --no-json, no --empty-suite
    result_action="return_value",
    exit_on_error=False,  # main() says what was wrong, in one line, whatever it was
    print_error=False,
    suppress_keyboard_interrupt=False,
)
COMMANDS: Mapping[str, tuple[App | Callable[..., int], ...]] = {
    "Begin": (serve.serve, demo.demo, mcp.mcp, doctor.doctor),
    "Read": (read.read, read_all.read_all, forms.app, export.export, export.export_user),
    "Train and compare": (
        datasets.app,
        training.train,
        training.tune,
        jobs.app,
        evaluate.evaluate,
        models.app,
        experiments.app,
    ),
    "Manage": (
        users.app,
        keys.app,
        audit.audit,
        prune.prune,
        backup.backup,
        backup.restore,
        migrate_store.migrate_store,
        migrate_storage.migrate_storage,
    ),
}
"""The commands, by the headings under which `hwr --help` lists them."""
for heading, commands in COMMANDS.items():
    group = Group.create_ordered(heading)
    for command in commands:
        if isinstance(command, App):
            command.group, command.help_epilogue = (group,), ""
            app.command(command)
        else:
            app.command(command, group=group, help_epilogue="")
OPTIONS = Group.create_ordered("Options")
app.register_install_completion_command(help="Let this shell complete commands and options.")
for option in ("--help", "--version", "--install-completion"):
    app[option].group = (OPTIONS,)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 a file could not be read, 2 nothing could be done."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except CycloptsError as error:
        print(f"hwr: {_in_words(error)}", file=sys.stderr)
    except HwrError as error:
        print("hwr:", error, *getattr(error, "__notes__", ()), file=sys.stderr)
    except KeyboardInterrupt:
        print("hwr: stopped", file=sys.stderr)
    except BrokenPipeError:  # whoever read our output, `head` maybe, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends
    return UNUSABLE


def _run(arguments: Sequence[str]) -> int:
    _, apps, rest = app.parse_commands(arguments)
    if apps[-1].default_command is None and not rest:  # `hwr` or `hwr jobs`: which of its commands is not said
        _show_help_as_error(arguments)
        return UNUSABLE
    status = app(arguments)
    return DONE if status is None else status  # --help and --version return nothing


def _show_help_as_error(arguments: Sequence[str]) -> None:
    from rich.console import Console

    app.help_print(arguments, console=Console(stderr=True))


def _in_words(error: CycloptsError) -> str:
    """One line that says what was wrong with the arguments, and where to read about the right ones."""
    command = " ".join(["hwr", *(error.command_chain or ())])
    if isinstance(error, UnusedCliTokensError):
        what = f"Unexpected argument: {' '.join(error.unused_tokens or ())!r}."
    else:
        what = " ".join(str(error).split())
    return f"{what} `{command} --help` shows what is allowed."
