"""hwr doctor: what is wrong with this installation, and what to do about it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from hwr_core.cli.options import Flag
from hwr_core.cli.status import DONE, UNHEALTHY
from hwr_core.ops.doctor.finding import Finding, State

SIGNS = {State.GOOD: "good", State.DOUBTFUL: "note", State.BAD: "BAD "}


def doctor(*, as_json: Annotated[Flag, Parameter(name="--json")] = False) -> int:
    """Check this installation and say what to do.

    Args:
        as_json: One JSON object, for programs.
    """
    from hwr_core.ops.doctor.examine import examine

    findings = examine()
    healthy = all(each.state is not State.BAD for each in findings)
    if as_json:
        print(json.dumps({"healthy": healthy, "checks": [*map(asdict, findings)]}))
    else:
        _print(findings)
    return DONE if healthy else UNHEALTHY


def _print(findings: Sequence[Finding]) -> None:
    for each in findings:
        print(f"{SIGNS[each.state]}  {each.about}: {each.found}")
        if each.advice:
            print(f"      {each.advice}")
