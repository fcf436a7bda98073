"""hwr migrate-storage: image files and model versions from one place to another."""

import sys
from typing import Annotated

from cyclopts import Parameter

from hwr_core.cli.output.status import DONE, SOME_UNREAD


def migrate_storage(
    source: Annotated[str, Parameter(name="FROM", help="Where they lie: `data`, or a URL as in HWR_STORAGE_URL.")],
    target: Annotated[str, Parameter(name="TO", help="Where they are to lie, in the same words.")],
    /,
) -> int:
    """Copy images and model versions that TO lacks, from this machine to a storage or back; FROM stays."""
    from hwr_core.cli.output.transfers import showing
    from hwr_core.ops.migrate_storage import migrate_storage
    from hwr_core.settings import load_settings

    with showing("image files") as progress:
        done = migrate_storage(load_settings(), source, target, progress)
    print(f"{done.copied:,} image files copied to {target} and compared; {done.there:,} were there already.")
    print(f"{done.versions} model versions copied; {done.versions_there} were there already.")
    print(f"{done.labelled:,} labelled images copied; {done.labelled_there:,} were there already.")
    for name in done.damaged:
        print(f"{name} is damaged or gone in {source}, and was left out.", file=sys.stderr)
    return SOME_UNREAD if done.damaged else DONE
