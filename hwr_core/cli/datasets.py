"""hwr datasets: the open data sets that models learn from; which are there, and fetching them."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from hwr_core.cli.arguments.options import AsJson
from hwr_core.cli.output.status import DONE
from hwr_core.errors import InvalidValue

app = App(name="datasets", help="The open data sets that models learn from: list, get, path.")


@app.command(name="list")
def list_sets(*, as_json: AsJson = False) -> int:
    """List the sets: size, whether they are there, terms, and where to get them."""
    from hwr_core.datasets.open_sets.folder import state_of
    from hwr_core.datasets.open_sets.table import open_sets
    from hwr_core.settings import load_settings

    settings = load_settings()
    for each in open_sets().values():
        state = state_of(each, settings.datasets)
        if as_json:
            print(json.dumps({"name": each.name, "state": state, **each.model_dump()}))
        else:
            origin = "public" if each.public else "mirror only"
            print(f"{each.name:<29} {each.size / 1e6:>5.1f} MB  {state:<13}  {origin:<11}  {each.about}")
            print(f"{'':<29} {each.makers}, {each.licence}{f', {each.page}' if each.page else ''}")
    return DONE


@app.command
def get(
    names: Annotated[tuple[str, ...], Parameter(name="NAME", help="Sets, by name.")] = (),
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", show_default=False, help="All that are available.")] = False,
) -> int:
    """Fetch sets from their makers or HWR_DATASETS_MIRROR; interrupted downloads are resumed."""
    from hwr_core.cli.output.transfers import showing
    from hwr_core.datasets.open_sets.folder import fetch
    from hwr_core.datasets.open_sets.table import find_open_set, open_sets
    from hwr_core.settings import load_settings

    settings = load_settings()
    mirror = settings.mirror
    if every == bool(names):
        raise InvalidValue("Name the sets, or give --all for all that are available.")
    wanted = [each for each in open_sets().values() if mirror or each.public] if every else [*map(find_open_set, names)]
    for each in wanted:
        with showing(each.name) as progress:
            file = fetch(each, settings.datasets, mirror, progress)
        print(file)
    return DONE


@app.command
def path(
    name: Annotated[str | None, Parameter(name="NAME", help="A set; without one, the folder of all.")] = None, /
) -> int:
    """Print where a set lies or would lie, or the datasets folder."""
    from hwr_core.datasets.open_sets.table import find_open_set
    from hwr_core.settings import load_settings

    folder: Path = load_settings().datasets
    print(folder if name is None else folder / find_open_set(name).file)
    return DONE
