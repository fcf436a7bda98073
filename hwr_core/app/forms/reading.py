"""Scans of filled-in forms: fields are drawn once on an empty form, then many scans are read, a row for each."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from threading import Event, Lock

from hwr_core.app.batch import NamedFile
from hwr_core.app.forms.pages import first_page, reduced, within
from hwr_core.app.forms.results import FormCell, FormRow, ReadForm
from hwr_core.app.limits import limits_of
from hwr_core.app.numbers import pattern_of
from hwr_core.app.predict import confirm_user, upload_of
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, ImageError, InvalidValue, NotThisForm, Stopped
from hwr_core.events import Events
from hwr_core.images.alignment import EmptyForm
from hwr_core.images.decode import PageImage, decode, decode_pages
from hwr_core.images.encode import as_png
from hwr_core.images.types import OnProgress
from hwr_core.recognition.acceptance import check_max_error
from hwr_core.recognition.events import NumberPredicted
from hwr_core.recognition.forms import Field, ReadField, read_fields
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.turns import Turns
from hwr_core.records.forms import Form, FormField, Forms
from hwr_core.records.number_rows import NewNumber, NumberRecord
from hwr_core.records.numbers import Numbers
from hwr_core.records.predictions import Source
from hwr_core.records.sent import Once, Sent
from hwr_core.records.users import DEFAULT_USER
from hwr_core.settings import Settings

KNOWN = 8
"""Empty forms whose features are kept, the last ones used: finding them takes some 0.4 seconds."""

STARTED = 16
"""Batches that may wait for their turn in the background; further ones wait to be looked at."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """With what a batch is read, and for whom it is kept; nobody for None."""

    form: EmptyForm
    fields: tuple[Field, ...]
    recogniser: Recogniser
    max_error: float
    keep_for: int | None
    sent: Sent


@dataclass(frozen=True, slots=True)
class _Scan:
    """One file: its name, its content, and the idempotency key that it was sent with.

    The key is that of the file's place among all that are sent for a form, so that they are told apart.
    """

    name: str
    content: bytes
    once: Once | None


@dataclass(slots=True)
class _KnownForms:
    """The empty forms that were used last. A stored form never changes, and its id is never given again."""

    lock: Lock = field(default_factory=Lock)
    forms: dict[int, EmptyForm] = field(default_factory=dict)

    def get(self, form_id: int, page: bytes) -> EmptyForm:
        with self.lock:
            known = self.forms.pop(form_id, None) or EmptyForm.of(decode(page))
            self.forms[form_id] = known
            for oldest in [*islice(self.forms, max(0, len(self.forms) - KNOWN))]:
                del self.forms[oldest]
            return known


class ReadForms:
    """The use cases of forms. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913, PLR0917  what they are made of
        self, settings: Settings, store: Store, model: ServedModel, forms: Forms, numbers: Numbers, events: Events
    ) -> None:
        self._settings = settings
        self._store = store
        self._model = model
        self._forms = forms
        self._numbers = numbers
        self._events = events
        self._known = _KnownForms()
        self._turns = Turns(1)
        self._threads = Threads(STARTED, thread_name_prefix="forms")
        self._closed = Event()

    def add_form(self, name: str, document: bytes, fields: Sequence[FormField], *, user_id: int = DEFAULT_USER) -> Form:
        """Store an empty form and its fields; when this returns, they are durable.

        Args:
            name: that no other form has.
            document: the empty form, an image or the first page of a TIFF or PDF.
            fields: name, box in pixels of the document, and the pattern of the number, if it has one.
            user_id: who has drawn them.

        Returns the form, its boxes in pixels of its page as it is stored: at most 2,048 a side.

        Raises:
            ImageError: the document cannot be read, or hardly anything is printed on it.
            InvalidValue: a name, a box or a pattern is none.
            Conflict: there is a form of this name.
            UserNotFound, UserInactive: the user cannot add anything.
            StoreError: the database cannot be written at present.
        """
        page = reduced(first_page(document, self._settings))
        EmptyForm.of(page.grey)
        drawn = [FormField(each.name, within(each, page), each.pattern) for each in fields]
        for each in drawn:
            Field(each.name, each.box, pattern_of(each.pattern, self._settings))
        return self._forms.add(name, as_png(page.grey), drawn, user_id=user_id)

    def read_forms(  # noqa: PLR0913  all but two by name
        self,
        form_id: int,
        files: Sequence[NamedFile],
        *,
        keep: bool = True,
        user_id: int = DEFAULT_USER,
        max_error: float | None = None,
        on_progress: OnProgress = lambda _: None,
        sent: Sent | None = None,
    ) -> ReadForm:
        """Read scans of a filled-in form: a row for each page of each file; a bad page fails alone.

        So does a page of another file than its place was sent with before: its error is a Conflict.

        Args:
            form_id: of the stored form.
            files: images, TIFF or PDF files.
            keep: whether to store each number in the history of numbers, with the image of its field.
            user_id: whose numbers they are.
            max_error: the share of accepted numbers that may be wrong, HWR_MAX_ERROR when not given.
            on_progress: called with the share that is done before each page; what it raises stops the reading.
            sent: what the program that sends the files says of all. A number that its idempotency key has stored
                before, of the same form and place, is answered as it was stored.

        Raises:
            NotFound: there is no such form.
            InvalidValue: there are too many files, or `max_error` is not above 0 and at most 0.5.
            ModelUnavailable: there is no usable model, or it reads no lines.
            UserNotFound, UserInactive, StoreError: the numbers cannot be stored.
            Stopped: the workspace was closed meanwhile.
        """
        if len(files) > (most := self._settings.max_batch_files):
            raise InvalidValue(f"There are {len(files)} files; at most {most} are allowed.")
        form = self._forms.get(form_id)
        reading = self._reading(form, max_error, user_id if keep else None, sent or Sent())
        rows: list[FormRow] = []
        self._confirm_wanted(on_progress, 0.0)
        with self._turns.taken(partial(self._confirm_wanted, on_progress, 0.0)) as let_another:
            for number, (name, content) in enumerate(files):
                once = reading.sent.once(content, f"form {form.id}, file {number}")
                for row, share in self._rows(_Scan(name, content, once), reading):
                    rows.append(row)
                    self._confirm_wanted(on_progress, (number + share) / len(files))
                    let_another()
        return ReadForm(form, tuple(rows), reading.recogniser.version)

    def start_read_forms(  # noqa: PLR0913  all but two by name
        self,
        form_id: int,
        files: Sequence[NamedFile],
        *,
        keep: bool = True,
        user_id: int = DEFAULT_USER,
        max_error: float | None = None,
        on_progress: OnProgress = lambda _: None,
        sent: Sent | None = None,
    ) -> Future[ReadForm]:
        """Start `read_forms` and return at once, so that no thread of a server has to wait for it."""
        return self._threads.submit(
            self.read_forms,
            form_id,
            files,
            keep=keep,
            user_id=user_id,
            max_error=max_error,
            on_progress=on_progress,
            sent=sent,
        )

    def close(self) -> None:
        """Stop what is being read. May be repeated."""
        self._closed.set()
        self._threads.shutdown()

    def _reading(self, form: Form, max_error: float | None, keep_for: int | None, sent: Sent) -> _Reading:
        allowed = self._settings.max_error if max_error is None else max_error
        check_max_error(allowed)
        if keep_for is not None:
            confirm_user(self._store, keep_for)
        return _Reading(
            self._known.get(form.id, self._forms.page(form.id)),
            tuple(Field(each.name, each.box, pattern_of(each.pattern, self._settings)) for each in form.fields),
            self._model.reader().recogniser,
            allowed,
            keep_for,
            sent,
        )

    def _confirm_wanted(self, on_progress: OnProgress, share: float) -> None:
        if self._closed.is_set():
            raise Stopped("Reading was stopped because the application is closing.")
        on_progress(share)

    def _rows(self, scan: _Scan, reading: _Reading) -> Iterator[tuple[FormRow, float]]:
        """Yield the row of each page of a file, and the share of the file that is done then."""
        number = 0
        try:
            for number, page in enumerate(decode_pages(scan.content, limits_of(self._settings)), start=1):
                yield self._row(scan, number, page, reading), number / page.of
        except ImageError as error:  # the file, or what comes after its last good page
            yield FormRow(scan.name, number + 1, error=error), 1.0

    def _row(self, scan: _Scan, number: int, page: PageImage, reading: _Reading) -> FormRow:
        try:
            read = [
                *read_fields(page.grey, reading.form, reading.fields, reading.recogniser, max_error=reading.max_error)
            ]
            kept = self._keep(scan, number, read, reading)
        except (NotThisForm, Conflict) as error:
            return FormRow(scan.name, number, error=error)
        for each in read:
            self._events.publish(NumberPredicted(each.number))
        return FormRow(scan.name, number, tuple(_cell(each, kept.get(each.field.name)) for each in read))

    def _keep(self, scan: _Scan, page: int, read: Sequence[ReadField], reading: _Reading) -> dict[str, NumberRecord]:
        """Store the numbers of a page, and return them by the names of their fields."""
        found = [each for each in read if each.number.digits]
        if reading.keep_for is None or not found:
            return {}
        records = self._numbers.add_all(
            [
                NewNumber(
                    reading.keep_for,
                    Source.FORM,
                    each.number,
                    reading.max_error,
                    each.field.pattern.text if each.field.pattern else None,
                    f"{scan.name}: {each.field.name}",
                    1.0,
                    upload_of(as_png(each.image), self._settings),
                    reading.sent.created_at,
                    scan.once.part(f"page {page}, {each.field.name}") if scan.once else None,
                )
                for each in found
            ]
        )
        return {each.field.name: record for each, record in zip(found, records, strict=True)}


def _cell(read: ReadField, kept: NumberRecord | None) -> FormCell:
    """What stands in a field: what users have said of its number, where it was stored before, or what was read.

    Users' words have no minus and no decimal point: where a pattern names such marks, the number stays as it was read,
    and is never accepted if its digits are not those that users have named.
    """
    number = kept.number if kept else read.number
    value = number.lines[0].value if number.lines else None
    label = kept.label if kept and value is None else None
    return FormCell(
        read.field.name,
        label.text if label else number.text,
        number.confidence,
        label is not None or (number.accept and not (kept and kept.is_right is False)),
        number.fits,
        kept.id if kept else None,
        read.image,
        is_checked=label is not None,
        value=value,
    )
