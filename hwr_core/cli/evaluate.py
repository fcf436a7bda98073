"""hwr evaluate: measure model versions on suites of images."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from hwr_core.cli.arguments.options import Asker
from hwr_core.cli.output.status import DONE
from hwr_core.evaluation.suites import SUITES
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.pointers import CHAMPION

if TYPE_CHECKING:
    from hwr_core.app.workspace import Workspace
    from hwr_core.jobs.table import Job


def evaluate(
    *versions: Annotated[str, Parameter(name="VERSION", help="The champion when none is named.")],
    suite: Annotated[list[str] | None, Parameter(choices=SUITES)] = None,
    folder: Path | None = None,
    limit: int | None = None,
    user: Asker = DEFAULT_USER,
) -> int:
    """Measure model versions on named suites of images.

    Args:
        suite: May be repeated; all that have data here when not given.
        folder: Labelled images of your own: a folder for each label.
        limit: The most images of each source.
    """
    from hwr_core.cli.output.follow import report_end, run_job
    from hwr_core.jobs.table import JobState

    def submit(workspace: "Workspace") -> "Job":
        registry = workspace.modelling.registry
        values: dict[str, Any] = {
            "versions": [registry.find(name).name for name in versions or [CHAMPION]],
            "suites": suite or [],
            "folder": folder and folder.resolve(),
            "limit": limit,
        }
        return workspace.modelling.evaluate(values, user)

    job = run_job(submit, quiet=True)
    if job.state is not JobState.SUCCEEDED or job.result is None:
        return report_end(job)
    _print_results(job.result["versions"], job.result["suites"])
    return DONE


def _print_results(versions: list[str], suites: list[str]) -> None:
    from hwr_core.cli.output.tables import as_table
    from hwr_core.evaluation.evaluate import evaluations_of
    from hwr_core.evaluation.stored_pointers import open_registry
    from hwr_core.settings import load_settings

    registry = open_registry(load_settings())
    for name in versions:
        found = evaluations_of(registry.get(name))
        print(as_table(name, [found[suite] for suite in suites]))
