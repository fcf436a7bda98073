"""Requests, fit and unfit, to every operation of the OpenAPI document: no fault, and no answer that it does not know.

Run it: python -m tests.conformance.walk [--examples 200]. Whoever asks is, in turn, anybody where nobody signs in, and
nobody, a viewer and an admin where people do.
"""

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from api.app import create_app
from hwr_core.records import JobKind, Role, Source
from hwr_core.settings import Settings
from hwr_core.store.jobs import Jobs
from hwr_core.workspace import Workspace
from tests.handwriting import drawing, png
from tests.own_models import copied_models

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PATIENCE = 60.0

Asker = Role | None


class QuietWorkspace(Workspace):
    """A workspace whose jobs wait: a walk asks for trainings by the hundred."""

    def start(self) -> None:
        """Serve, and run no job."""
        self._sole_server.take()


@dataclass
class Walk:
    """What has come of a walk."""

    operations: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Put it on a line."""
        statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(self.answers.items()))
        return (
            f"{self.operations} operations, {self.answers.total():,} requests ({statuses}), "
            f"{len(self.failures)} failures"
        )


@dataclass(frozen=True)
class House:
    """A server with something in its history, and its workspace behind it."""

    url: str
    workspace: Workspace
    document: dict[str, Any]

    def key_of(self, role: Role) -> str:
        """Return the API key of a new person of a role: the last one may have been deleted, or their key revoked."""
        user_id = self.workspace.users.create(f"{role} {time.monotonic_ns()}").id
        self.workspace.access.set_role(user_id, role)
        return self.workspace.access.create_key(user_id, "walk").key


@contextmanager
def house(folder: Path, *, auth: str) -> Iterator[House]:
    """Serve a folder with a few readings, words, people, keys and jobs in it."""
    models = copied_models(folder / "models")
    wanted = Settings(
        data_dir=folder / "data", models_dir=models.folder, auth=auth, rate_limit="1000000/second", log_file=Path("off")
    )
    with QuietWorkspace(wanted) as workspace:
        _furnish(workspace)
        app = create_app(workspace=workspace)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield House(f"http://127.0.0.1:{port}", workspace, _steered(app.openapi(), models.names()))
        finally:
            server.should_exit = True
            thread.join()


def walk(house: House, asker: Asker, examples: int) -> Walk:
    """Send so many fit and as many unfit requests to each operation."""
    found = Walk()
    for result in schemathesis.openapi.from_dict(house.document).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        found.operations += 1
        key = house.key_of(asker) if asker else None
        with requests.Session() as session:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _ask(house, operation, mode, examples, session, key, found)
    return found


def _ask(  # noqa: PLR0913, PLR0917  all of one loop
    house: House,
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    examples: int,
    session: requests.Session,
    key: str | None,
    found: Walk,
) -> None:
    headers = {"X-API-Key": key} if key else {}

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        for name in ("X-API-Key", "Authorization", "Cookie"):  # whose request it is is not generated
            case.headers.pop(name, None)
        response = case.call(base_url=house.url, session=session, headers=headers, timeout=PATIENCE)
        found.answers[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            words = "; ".join(str(failure) for failure in failures.exceptions)
            found.failures.append(f"{operation.label}, {mode.value}, {response.status_code}: {words}")

    with suppress(Unsatisfiable):  # nothing unfit can be sent to what takes nothing
        send()


def _furnish(workspace: Workspace) -> None:
    for digit in (1, 4, 7):
        kept = workspace.read_and_keep(png(drawing(digit)), source=Source.UPLOAD, file_name=f"{digit}.png")
        workspace.feedback.give(kept.id, actual_digit=7)  # type: ignore[union-attr]  # there is ink on it
    workspace.users.create("Ada", "ada@example.org")
    for _ in range(2):
        Jobs(workspace.store).add(JobKind.TRAIN, {"epochs": 5}, 1)
    workspace.access.create_key(1, "program")


def _steered(document: dict[str, Any], versions: list[str]) -> dict[str, Any]:
    """Return the document with names and numbers of what there is: made-up ones are nearly never hit."""
    document = deepcopy(document)
    there = {
        "user_id": [1, 2, 3, 999],
        "prediction_id": [1, 2, 3, 999],
        "job_id": [1, 2, 999],
        "key_id": [1, 2, 999],
        "version": [*versions, "champion", "nothing"],
        "other": [*versions, "nothing"],
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in there:
                    parameter["schema"] = {"enum": there[parameter["name"]]}
    return document


def main() -> None:
    """Walk as everybody, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="fit requests for each operation, and unfit ones")
    options = parser.parse_args()
    for auth, askers in (("off", [None]), ("required", [None, Role.VIEWER, Role.ADMIN])):
        for asker in askers:
            with tempfile.TemporaryDirectory() as folder, house(Path(folder), auth=auth) as served:
                found = walk(served, asker, options.examples)
            print(f"sign-in {auth}, {asker or 'nobody'}: {found}", flush=True)
            for failure in found.failures[:20]:
                print(f"  {failure}")


if __name__ == "__main__":
    main()
