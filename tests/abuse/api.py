"""Requests made up from the API's own document, sound ones and broken ones; each answer is to be one that it promises.

Schemathesis makes them, and checks status, content type, headers and body against the document. They go to the real
app on a store of its own with something in it. Long work asked for is really queued and run, but one
job at a time on one core in a process behind everything else, and what is left is cancelled at the end.

Run it: python -m tests.abuse.api [--examples 100].
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import hypothesis
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation

from api.errors import STATUS_OF
from hwr_core.app.workspace import Workspace
from hwr_core.records.forms import FormField
from hwr_core.records.predictions import Source
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests import made_forms
from tests.api.client import client_of
from tests.api.signed_in import signed_in_site
from tests.handwriting import drawing, number, png
from tests.own_models import copied_models, own_digits

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""Not `positive_data_acceptance`: no schema can say that a text is an image in base64."""

EXPECTED = {200, 201, 202, 405, *STATUS_OF.values()} - {500}
"""All that an answer may have; the document says of errors only 4XX and 5XX."""

Case: TypeAlias = schemathesis.Case[Any]
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
Opened: TypeAlias = tuple[FastAPI, Mapping[str, str]]
"""A server's app, and the headers to send."""


@dataclass(slots=True)
class Figures:
    """What was asked and what came of it."""

    operations: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    """The first of each kind, and how to ask it again."""

    @property
    def cases(self) -> int:
        """How many requests there were."""
        return self.answers.total()

    def __str__(self) -> str:
        """Put it on a line."""
        answers = ", ".join(f"{status} {count} times" for status, count in sorted(self.answers.items()))
        return f"{self.operations} operations, {self.cases} cases, {len(self.failures)} failures; {answers}"


def main() -> None:
    """Ask with sign-in off, signed out, as an admin and as a viewer; print figures, and end with 1 on any failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="of each operation and kind of request")
    options = parser.parse_args()
    failed = False
    for name, opened in DOORS.items():
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as (app, headers):
            figures = abuse(app, headers, options.examples)
        print(f"{name}: {figures} ({time.monotonic() - began:.0f} s)", flush=True)
        print(*[f"FAULT {what}: {how}" for what, how in figures.failures.items()], sep="\n", flush=True)
        failed = failed or bool(figures.failures)
    sys.exit(failed)


def abuse(app: FastAPI, headers: Mapping[str, str], examples: int, *, is_thorough: bool = True) -> Figures:
    """Send so many requests of each kind to each operation of the document; unless thorough, of the first kind."""
    figures = Figures()
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    known = _known(app.state.workspace)
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        operation = found.ok()
        figures.operations += 1
        for strategy in islice(_strategies(operation, known), None if is_thorough else 1):
            _ask(strategy, headers, examples, figures)
    return figures


def _strategies(operation: Operation, known: Mapping[str, Any]) -> Iterator[SearchStrategy[Case]]:
    """Requests for what is there, for what is not there, and broken ones."""
    names = [parameter.name for parameter in operation.path_parameters]
    if names:
        yield operation.as_strategy(path_parameters={name: known[name] for name in names})
    yield operation.as_strategy()
    yield operation.as_strategy(GenerationMode.NEGATIVE)


def _known(workspace: Workspace) -> Mapping[str, Any]:
    """Values of an address's parameters with which something is found."""
    version = workspace.modelling.registry.champion().name
    return {
        "user_id": 2,
        "prediction_id": 1,
        "number_id": 1,
        "form_id": 1,
        "experiment_id": 1,
        "job_id": 1,
        "key_id": 1,
        "by": "digit",
        "version": version,
        "other": version,
        "name": "model.tflite",
    }


def _ask(strategy: SearchStrategy[Case], headers: Mapping[str, str], examples: int, figures: Figures) -> None:
    @hypothesis.settings(
        max_examples=examples,
        derandomize=True,  # a test is no lottery; more examples find more
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def ask(case: Case) -> None:
        answer = case.call(headers=dict(headers))
        figures.answers[answer.status_code] += 1
        if answer.status_code not in EXPECTED:
            _note(figures, case, f"the status {answer.status_code}")
        try:
            case.validate_response(answer, checks=CHECKS, headers=dict(headers))
        except FailureGroup as group:
            for failure in group.exceptions:
                _note(figures, case, f"{type(failure).__name__}: {failure}")
        except Failure as failure:
            _note(figures, case, f"{type(failure).__name__}: {failure}")

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong in a request without parameters
        return


def _note(figures: Figures, case: Case, what: str) -> None:
    kind = f"{case.operation.label}, {what.splitlines()[0]}"
    figures.failures.setdefault(kind, f"{what}\n{case.as_curl_command()}")


@contextmanager
def sign_in_off(folder: Path) -> Iterator[Opened]:
    """Open a server on which nobody signs in; yields its app and the headers to send."""
    with client_of(_settings(folder)) as client:
        app: FastAPI = client.app  # type: ignore[assignment]
        with _lived_in(app.state.workspace):
            yield app, {}


@contextmanager
def sign_in_required(folder: Path, who: Role | None) -> Iterator[Opened]:
    """Open a server that asks people to sign in; yields its app and the headers of one with this role, or of nobody."""
    with signed_in_site(_settings(folder), rate_limit="1000000/minute") as unrestricted:
        app: FastAPI = unrestricted.client.app  # type: ignore[assignment]
        with _lived_in(unrestricted.workspace):
            yield app, {} if who is None else {"X-API-Key": unrestricted.keys[who]}


DOORS: Mapping[str, Callable[[Path], AbstractContextManager[Opened]]] = {
    "sign-in off": sign_in_off,
    "signed out": partial(sign_in_required, who=None),
    "admin": partial(sign_in_required, who=Role.ADMIN),
    "viewer": partial(sign_in_required, who=Role.VIEWER),
}
"""The ways to come in."""


def _settings(folder: Path) -> Settings:
    models = copied_models(folder / "models").folder
    return Settings(data_dir=folder / "data", models_dir=models, datasets_dir=folder / "datasets", job_cores=1)


@contextmanager
def _lived_in(workspace: Workspace) -> Iterator[None]:
    """Put a person, predictions, images and a job into a store; jobs that are left are cancelled at the end."""
    workspace.users.create("Ada")
    for digit in range(3):
        workspace.read_and_keep(png(drawing(digit)), user_id=1, source=Source.API)
    workspace.read_and_keep_number(png(number("314")), user_id=1, source=Source.API)
    fields = [FormField(each.name, each.box, each.pattern) for each in made_forms.FIELDS]
    workspace.add_form(made_forms.NAME, png(made_forms.empty()), fields)
    workspace.modelling.import_images(own_digits(10))
    workspace.modelling.train({"sources": ["custom"], "epochs": 500}, 1)
    try:
        yield
    finally:
        for job in workspace.modelling.jobs.page(limit=1000):
            if not job.state.is_finished:
                workspace.modelling.jobs.cancel(job.id)


if __name__ == "__main__":
    main()
