"""What the pages call: this process's workspace as the visitor may use it, and results cached across reruns."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.components.images import page_preview, shrunk
from hwr_core.app import (
    COOKIE,
    WESTERN,
    Box,
    Caller,
    Explanation,
    Grey,
    NamedFile,
    NumberPrediction,
    OnPage,
    OnProgress,
    PageImage,
    PageMade,
    Permission,
    Prediction,
    Workspace,
    authorised,
    decode,
    decode_pages,
    limits_of,
    may,
    open_workspace,
)
from hwr_core.errors import ImageError

PREVIEW_SIDE = 224

CACHED_FILES, CACHED_DOCUMENTS, CACHED_ARCHIVES = 256, 32, 4


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result for one uploaded file: a prediction and a small preview, or the error that says why there is none."""

    prediction: Prediction | None = None
    preview: Grey | None = None
    error: ImageError | None = None


@st.cache_resource(show_spinner=False, validate=lambda workspace: not workspace.closed)
def _shared_workspace() -> Workspace:
    """The one workspace of this process, without any check of permissions."""
    return open_workspace()


def workspace() -> Workspace:
    """Return the workspace that the API uses too, limited to what the visitor may do. Raises NotSignedIn."""
    who = visitor()
    shared = _shared_workspace()
    return shared if who is None else authorised(shared, who)


@contextmanager
def timed(page: str) -> Iterator[None]:
    """Tell those who watch the server how long the block took, which makes a page; also if that stops half-way."""
    events, started = _shared_workspace().events, time.perf_counter()
    try:
        yield
    finally:
        events.publish(PageMade(page, time.perf_counter() - started))


def visitor() -> Caller | None:
    """Return who is signed in, None where sign-in is not required. Raises NotSignedIn and StoreError.

    The middleware in front of this page has checked the same cookie, but the session may have ended since.
    """
    auth_service = _shared_workspace().access
    if not auth_service.required:
        return None
    return replace(auth_service.by_session(session_cookie()), address=client_address())


def session_cookie() -> str:
    """Return the session cookie of the visitor's browser, empty where it has none."""
    return st.context.cookies.get(COOKIE, "")


def client_address() -> str:
    """Return the address of the visitor's browser, for the audit log."""
    return st.context.ip_address or ""


def on_phone() -> bool:
    """Whether the visitor's browser says that it is a phone's."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def allowed(permission: Permission) -> bool:
    """Whether to show what needs this permission; where sign-in is not required, everybody has all of them."""
    who = visitor()
    return who is None or may(who, permission)


def preview(content: bytes) -> Grey:
    """Return a small greyscale preview of an image file. Raises ImageError."""
    settings = workspace().settings
    return shrunk(decode(content, limits_of(settings)), PREVIEW_SIDE)


def read_number(  # noqa: PLR0913  half by name
    document: bytes,
    enhancement_level: float,
    boxes: Sequence[Box] | None = None,
    *,
    script: str = WESTERN,
    on_progress: OnProgress = lambda _: None,
    on_page: OnPage = lambda _: None,
) -> NumberPrediction:
    """Read all digits of a document with the served model, once for the same content, level, boxes and script.

    Raises: what `Workspace.read_number` raises.
    """
    fixed = None if boxes is None else tuple(boxes)
    cached = _cached_number(document, enhancement_level, fixed, script, workspace().served_model().name)
    if not cached:
        cached.append(
            workspace().read_number(
                document,
                enhancement_level=enhancement_level,
                boxes=fixed,
                script=script,
                on_progress=on_progress,
                on_page=on_page,
            )
        )
    return cached[0]


@st.cache_resource(max_entries=CACHED_DOCUMENTS, show_spinner=False)
def _cached_number(
    document: bytes,  # noqa: ARG001  all of them are the cache's key
    enhancement_level: float,  # noqa: ARG001
    boxes: tuple[Box, ...] | None,  # noqa: ARG001
    script: str,  # noqa: ARG001
    model_version: str,  # noqa: ARG001
) -> list[NumberPrediction]:
    """A cached list to be filled outside: a cached function can show no progress."""
    return []


def pages_of(document: bytes, *, on_progress: OnProgress = lambda _: None) -> list[PageImage]:
    """Return the pages of an image, TIFF or PDF file, reduced for the screen. Raises ImageError."""
    cached = _cached_pages(document)
    if not cached:
        settings = workspace().settings
        limits = limits_of(settings)
        pages = []
        for page in decode_pages(document, limits):
            pages.append(page_preview(page))
            on_progress(len(pages) / page.of)
        cached.append(pages)
    return cached[0]


@st.cache_resource(max_entries=CACHED_DOCUMENTS, show_spinner=False)
def _cached_pages(document: bytes) -> list[list[PageImage]]:  # noqa: ARG001  the key
    return []


def unpacked(archive: bytes, *, on_progress: OnProgress = lambda _: None) -> list[NamedFile]:
    """Return the files of a ZIP archive, unpacked once for the same content. Raises InvalidValue."""
    cached = _cached_archive(archive)
    if not cached:
        cached.append(workspace().unpack(archive, on_progress=on_progress))
    return cached[0]


@st.cache_resource(max_entries=CACHED_ARCHIVES, show_spinner=False)
def _cached_archive(archive: bytes) -> list[list[NamedFile]]:  # noqa: ARG001  the key
    return []


def explain(image: bytes, script: str) -> Explanation:
    """Explain why the served model reads an image as it does, once for the same content and script.

    Raises: what `Workspace.explain` raises.
    """
    return _explain_once(image, script, workspace().served_model().name)


@st.cache_data(max_entries=CACHED_DOCUMENTS, show_spinner=False)
def _explain_once(image: bytes, script: str, model_version: str) -> Explanation:  # noqa: ARG001  part of the key
    return workspace().explain(image, script=script)


def read_file(content: bytes, user_id: int, enhancement_level: float, script: str) -> FileResult:
    """Read one uploaded file with the model that serves a user, once for the same content, level and script.

    Raises:
        ModelUnavailable: there is no usable model.
    """
    return _read_once(content, user_id, enhancement_level, script, workspace().serving(user_id))


@st.cache_data(max_entries=CACHED_FILES, show_spinner=False)
def _read_once(
    content: bytes,
    user_id: int,
    enhancement_level: float,
    script: str,
    serving: tuple[str, int | None],  # noqa: ARG001
) -> FileResult:
    """Read a file; the version that serves the user, and why, are part of the cache's key."""
    try:
        prediction = workspace().read(content, user_id=user_id, enhancement_level=enhancement_level, script=script)
        return FileResult(prediction, preview(content))
    except ImageError as error:
        return FileResult(error=error)
