"""The one door of hwr_core: opens store, registry and recogniser, and holds the use cases that front rooms call."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeAlias

from hwr_core.errors import HwrError, InvalidValue, PictureError, StoreError
from hwr_core.images.decode import Limits
from hwr_core.reading import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.records import FileReading, KeptReading, Reading, Source, User
from hwr_core.registry import ModelVersion, Registry
from hwr_core.settings import Settings, load_settings
from hwr_core.store.group_commit import GroupCommit
from hwr_core.store.readings import NewReading, get_reading, list_readings, record_readings
from hwr_core.store.session import Store
from hwr_core.store.users import get_user

DEFAULT_USER = 1

LOOKUPS = 4
"""Threads that may wait for the database on behalf of pictures without ink."""

NamedFile: TypeAlias = tuple[str, bytes]
"""A file's name and content."""


@dataclass(frozen=True, slots=True)
class Health:
    """What works at present; each problem is a sentence that a stranger may read."""

    model: ModelVersion | None
    database_connected: bool
    problems: tuple[str, ...]


class Workspace:
    """Settings, store, registry and recogniser of one data folder. Safe to use from many threads.

    Opening one touches no file: the database is opened and the model loaded when first needed.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = Registry(settings.models_dir)
        self.store = Store(
            settings.database,
            busy_timeout=settings.store_busy_timeout,
            idle_release=settings.store_idle_release,
        )
        self._keeper: GroupCommit[NewReading, KeptReading] = GroupCommit(self.store, record_readings)
        self._lookups = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookups")
        self._model = _ServedModel(self.registry, Limits(settings.max_picture_bytes, settings.max_picture_pixels))
        self.closed = False

    def read(self, picture: bytes, *, enhancement_level: float = 1.0) -> Reading:
        """Read one picture file without keeping anything.

        Raises:
            PictureError: the bytes cannot be read as a picture within the limits.
            InvalidValue: `enhancement_level` is outside 0 to 3.
            ModelUnavailable: there is no usable model.
        """
        return self._reader().read(picture, enhancement_level)

    def keep(
        self,
        reading: Reading,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
    ) -> KeptReading:
        """Enter a reading into the history; when this returns, it is durable.

        Raises:
            UserNotFound: there is no such user.
            StoreError: the history cannot be written at present.
        """
        new = NewReading(user_id, source, reading, file_name, enhancement_level)
        return self._keeper.submit(new).result()

    def read_and_keep(
        self,
        picture: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
    ) -> Reading | KeptReading:
        """Read one picture file and keep the reading; one without ink is not kept and comes back as it is.

        Raises: what `read` and `keep` raise.
        """
        return self.start_read_and_keep(
            picture, user_id=user_id, source=source, file_name=file_name, enhancement_level=enhancement_level
        ).result()

    def start_read_and_keep(
        self,
        picture: bytes,
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        file_name: str | None = None,
        enhancement_level: float = 1.0,
    ) -> Future[Reading | KeptReading]:
        """Start `read_and_keep` and return at once, so that a server's thread need not wait for it."""
        outcome: Future[Reading | KeptReading] = Future()
        reader = self._reader()

        def read_then_keep() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            with _failing(outcome):
                reading = reader.read(picture, enhancement_level)
                if reading.seen is None:
                    # Elsewhere: a database that is held must not keep this core from reading.
                    self._lookups.submit(confirm, reading)
                else:
                    new = NewReading(user_id, source, reading, file_name, enhancement_level)
                    self._keeper.submit(new).add_done_callback(lambda kept: _pass_on(kept, outcome))

        def confirm(reading: Reading) -> None:
            with _failing(outcome):
                self.user(user_id)
                outcome.set_result(reading)

        reader.recogniser.start(read_then_keep)
        return outcome

    def read_all(self, files: Sequence[NamedFile], *, enhancement_level: float = 1.0) -> list[FileReading]:
        """Read many files on all cores, results in order, without keeping anything; a bad file fails alone.

        Raises:
            InvalidValue: more files than one batch may hold, or `enhancement_level` is outside 0 to 3.
            ModelUnavailable: there is no usable model.
        """
        if len(files) > self.settings.max_batch_files:
            raise InvalidValue(
                f"The batch has {len(files)} files; at most {self.settings.max_batch_files} are allowed."
            )
        outcomes = self._reader().read_all([content for _, content in files], enhancement_level)
        return [_file_reading(name, outcome) for (name, _), outcome in zip(files, outcomes, strict=True)]

    def keep_all(
        self,
        readings: Sequence[FileReading],
        *,
        user_id: int = DEFAULT_USER,
        source: Source,
        enhancement_level: float = 1.0,
    ) -> list[FileReading]:
        """Enter what `read_all` found into the history; files without ink or with an error stay as they are.

        Raises:
            UserNotFound: there is no such user.
            StoreError: the history cannot be written at present.
        """
        self.user(user_id)
        waiting = [
            self._keeper.submit(NewReading(user_id, source, each.reading, each.file_name, enhancement_level))
            if each.reading is not None and each.reading.seen is not None
            else None
            for each in readings
        ]
        return [
            replace(each, kept=future.result()) if future else each
            for each, future in zip(readings, waiting, strict=True)
        ]

    def history(self, *, limit: int = 100, user_id: int | None = None) -> list[KeptReading]:
        """Return the newest kept readings, newest first.

        Raises:
            InvalidValue: `limit` is not from 1 to the setting `max_page`.
            UserNotFound: there is no such user.
            StoreError: the history cannot be read at present.
        """
        if not 1 <= limit <= self.settings.max_page:
            raise InvalidValue(f"limit is {limit}; 1 to {self.settings.max_page} is allowed.")
        with self.store.session() as cursor:
            if user_id is not None:
                get_user(cursor, user_id)
            return list_readings(cursor, limit=limit, user_id=user_id)

    def kept_reading(self, reading_id: int) -> KeptReading:
        """Return one reading of the history, or raise NotFound."""
        with self.store.session() as cursor:
            return get_reading(cursor, reading_id)

    def user(self, user_id: int) -> User:
        """Return a user, or raise UserNotFound."""
        with self.store.session() as cursor:
            return get_user(cursor, user_id)

    def served_model(self) -> ModelVersion:
        """Return the model version that reads, loading it if need be.

        Raises:
            ModelUnavailable: there is none.
        """
        return self._model.get()[0]

    def health(self) -> Health:
        """Say what works, by trying it."""
        problems = []
        model = None
        try:
            model = self.served_model()
        except HwrError as error:
            problems.append(str(error))
        try:
            self.user(DEFAULT_USER)
        except StoreError as error:
            return Health(model, database_connected=False, problems=(*problems, str(error)))
        return Health(model, database_connected=True, problems=tuple(problems))

    def _reader(self) -> Reader:
        return self._model.get()[1]

    def close(self) -> None:
        """Write what is waiting and let go of the database."""
        self.closed = True
        self._lookups.shutdown()
        self._keeper.close()
        self.store.close()
        self._model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_open: dict[tuple[Path, Path], Workspace] = {}
_opening = Lock()


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Return this process's workspace for the folders of the settings, opening it the first time.

    API, dashboard and notebook cells in one process meet in one workspace, since one process holds the database once.
    """
    settings = settings or load_settings()
    place = settings.data_dir, settings.models_dir
    with _opening:
        if place not in _open or _open[place].closed:
            _open[place] = Workspace(settings)
        return _open[place]


class _ServedModel:
    """The champion, loaded once for all threads."""

    def __init__(self, registry: Registry, limits: Limits) -> None:
        self._registry = registry
        self._limits = limits
        self._lock = Lock()
        self._loaded: tuple[ModelVersion, Reader] | None = None

    def get(self) -> tuple[ModelVersion, Reader]:
        return self._loaded or self._load()

    def _load(self) -> tuple[ModelVersion, Reader]:
        with self._lock:
            if self._loaded:
                return self._loaded
            version = self._registry.champion()
            self._loaded = version, Reader(Recogniser.load(version), self._limits)
            return self._loaded

    def close(self) -> None:
        with self._lock:
            if self._loaded:
                self._loaded[1].recogniser.close()
            self._loaded = None


@contextmanager
def _failing(outcome: Future[Any]) -> Iterator[None]:
    """Give whoever waits for the outcome what goes wrong here."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001  theirs to judge
        outcome.set_exception(error)


def _pass_on(kept: Future[KeptReading], outcome: Future[Reading | KeptReading]) -> None:
    if error := kept.exception():
        outcome.set_exception(error)
    else:
        outcome.set_result(kept.result())


def _file_reading(name: str, outcome: Reading | PictureError) -> FileReading:
    if isinstance(outcome, PictureError):
        return FileReading(name, error=outcome)
    return FileReading(name, reading=outcome)
