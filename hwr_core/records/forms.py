"""The forms that scans are read by: an empty page, and the fields that were drawn on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue, NotFound
from hwr_core.images.types import Box
from hwr_core.records.users import DEFAULT_USER, fits_bigint, get_active_user

LONGEST_NAME, MOST_FIELDS = 100, 200
"""Characters of a form's or a field's name, and fields of a form, at most."""

TAKEN = frozenset({"file", "page", "error", "check"})
"""Columns that the table of a form has beside its fields."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field: its name, its box in pixels of the empty page, and the pattern of its number, as it was written."""

    name: str
    box: Box
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A stored form without its page; the time is UTC with an offset."""

    id: int
    timestamp: datetime
    user_id: int | None
    name: str
    fields: tuple[FormField, ...]


class Forms:
    """The stored forms. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, page: bytes, fields: Sequence[FormField], *, user_id: int = DEFAULT_USER) -> Form:
        """Store a form; when this returns, it is durable.

        Args:
            name: that no other form has.
            page: the empty page as a PNG file.
            fields: at least one, each with a name of its own.
            user_id: who has drawn them.

        Raises:
            InvalidValue: a name is missing, too long or given twice, or there are no fields, or too many.
            Conflict: there is a form of this name.
            UserNotFound, UserInactive: the user cannot add anything.
            StoreError: the database cannot be written at present.
        """
        name = checked_name(name, "The form")
        named = [FormField(checked_name(each.name, "A field"), each.box, each.pattern) for each in fields]
        _confirm_fields(named)
        created_at = datetime.now(UTC)
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            if cursor.execute("select id from forms where lower(name) = lower($1)", [name]).fetchall():
                raise Conflict(f"There is a form {name!r} already. Delete it first, or choose another name.")
            [(new_id,)] = cursor.execute("select nextval('form_ids')").fetchall()
            values = [{"name": each.name, "box": each.box, "pattern": each.pattern} for each in named]
            cursor.execute(
                "insert into forms values ($1, $2, $3, $4, $5, $6)",
                [new_id, created_at, user_id, name, page, json.dumps(values)],
            )
        return Form(new_id, created_at, user_id, name, tuple(named))

    def all(self) -> list[Form]:
        """Return all forms by name. Raises StoreError."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                "select id, created_at, user_id, name, fields from forms order by lower(name)"
            ).fetchall()
        return [_form(row) for row in rows]

    def get(self, form_id: int) -> Form:
        """Return one form. Raises NotFound and StoreError."""
        return _form(self._row(form_id, "id, created_at, user_id, name, fields"))

    def page(self, form_id: int) -> bytes:
        """Return the empty page of a form, a PNG file. Raises NotFound and StoreError."""
        page: bytes = self._row(form_id, "page")[0]
        return page

    def delete(self, form_id: int) -> None:
        """Remove a form; numbers that were read with it stay. Raises NotFound and StoreError."""
        with self._store.writing() as cursor:
            if not cursor.execute("delete from forms where id = $1 returning id", [_id(form_id)]).fetchall():
                raise NotFound(f"There is no form {form_id}.")

    def _row(self, form_id: int, columns: str) -> tuple[Any, ...]:
        with self._store.session() as cursor:
            rows = cursor.execute(f"select {columns} from forms where id = $1", [_id(form_id)]).fetchall()  # noqa: S608  ours
        if not rows:
            raise NotFound(f"There is no form {form_id}.")
        return tuple(rows[0])


def checked_name(name: str, whose: str) -> str:
    """Return a name without spaces around it. Raises InvalidValue."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidValue(f"{whose} has the name {name[:LONGEST_NAME]!r}; 1 to {LONGEST_NAME} characters are allowed.")
    return name


def _confirm_fields(fields: Sequence[FormField]) -> None:
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise InvalidValue(f"The form has {len(fields)} fields; 1 to {MOST_FIELDS} are allowed.")
    seen: set[str] = set()
    for name in (each.name.casefold() for each in fields):
        if name in TAKEN:
            raise InvalidValue(f"No field can be called {name!r}: the table has a column of this name.")
        if name in seen:
            raise InvalidValue(f"Two fields are called {name!r}; each needs a name of its own.")
        seen.add(name)


def _id(form_id: int) -> int:
    """An id that the column can hold; others are of no form."""
    return form_id if fits_bigint(form_id) else -1


def _form(row: Sequence[Any]) -> Form:
    form_id, created_at, user_id, name, fields = row
    found = tuple(FormField(each["name"], tuple(each["box"]), each["pattern"]) for each in json.loads(fields))
    return Form(form_id, created_at.astimezone(UTC), user_id, name, found)
