"""What the pages call: the workspace of this process, and file predictions that survive a rerun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.components.images import as_shown, shrunk
from hwr_core.app.authorisation import authorised
from hwr_core.app.batch import NamedFile
from hwr_core.app.limits import limits_of
from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.auth.permissions import Caller, Permission, may
from hwr_core.auth.secrets import COOKIE
from hwr_core.errors import ImageError
from hwr_core.images.decode import PageImage, decode, decode_pages
from hwr_core.images.types import Box, Grey, OnProgress
from hwr_core.recognition.pipeline import Explanation
from hwr_core.recognition.types import NumberPrediction, Prediction

PREVIEW_SIDE = 224

REMEMBERED_FILES, REMEMBERED_DOCUMENTS, REMEMBERED_ARCHIVES = 256, 32, 4


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The outcome for one uploaded file: a reading and a small preview, or the error that says why there is none."""

    prediction: Prediction | None = None
    preview: Grey | None = None
    error: ImageError | None = None


@st.cache_resource(show_spinner=False, validate=lambda workspace: not workspace.closed)
def _unrestricted() -> Workspace:
    return open_workspace()


def workspace() -> Workspace:
    """Return the workspace that the API in this process uses too, as the visitor may use it. Raises NotSignedIn."""
    who = visitor()
    return _unrestricted() if who is None else authorised(_unrestricted(), who)


def visitor() -> Caller | None:
    """Return who is signed in, None where nobody has to. Raises NotSignedIn and StoreError.

    The door in front of this page has looked at the same cookie; a person may have been signed out since.
    """
    auth_service = _unrestricted().access
    if not auth_service.required:
        return None
    return replace(auth_service.by_session(session_cookie()), address=client_address())


def session_cookie() -> str:
    """Return what the visitor's browser holds of a session, empty where it holds none."""
    return st.context.cookies.get(COOKIE, "")


def client_address() -> str:
    """Return where the visitor's browser is, for the audit log."""
    return st.context.ip_address or ""


def allowed(right: Permission) -> bool:
    """Whether to show what takes this right; where nobody has to sign in, everybody has all."""
    who = visitor()
    return who is None or may(who, right)


def preview(content: bytes) -> Grey:
    """Return a small grey image of an image file. Raises ImageError."""
    return shrunk(decode(content, limits_of(workspace().settings)), PREVIEW_SIDE)


def read_number(
    document: bytes,
    enhancement_level: float,
    boxes: Sequence[Box] | None = None,
    *,
    on_progress: OnProgress = lambda _: None,
) -> NumberPrediction:
    """Read all digits of a document with the served model, once for the same content, level and boxes.

    Raises: what `Workspace.read_number` raises.
    """
    given = None if boxes is None else tuple(boxes)
    held = _held_number(document, enhancement_level, given, workspace().served_model().name)
    if not held:
        held.append(
            workspace().read_number(document, enhancement_level=enhancement_level, boxes=given, on_progress=on_progress)
        )
    return held[0]


@st.cache_resource(max_entries=REMEMBERED_DOCUMENTS, show_spinner=False)
def _held_number(
    document: bytes,  # noqa: ARG001  all of them are the cache's key
    enhancement_level: float,  # noqa: ARG001
    boxes: tuple[Box, ...] | None,  # noqa: ARG001
    model_version: str,  # noqa: ARG001
) -> list[NumberPrediction]:
    """A place for what was read, filled outside: a cached function can show no progress."""
    return []


def pages_of(document: bytes, *, on_progress: OnProgress = lambda _: None) -> list[PageImage]:
    """Return the pages of an image, TIFF or PDF file, no wider than a page can show. Raises ImageError."""
    held = _held_pages(document)
    if not held:
        pages = []
        for page in decode_pages(document, limits_of(workspace().settings)):
            pages.append(as_shown(page))
            on_progress(len(pages) / page.of)
        held.append(pages)
    return held[0]


@st.cache_resource(max_entries=REMEMBERED_DOCUMENTS, show_spinner=False)
def _held_pages(document: bytes) -> list[list[PageImage]]:  # noqa: ARG001  the key
    return []


def unpacked(archive: bytes, *, on_progress: OnProgress = lambda _: None) -> list[NamedFile]:
    """Return the files of a ZIP archive, unpacked once for the same content. Raises InvalidValue."""
    held = _held_archive(archive)
    if not held:
        held.append(workspace().unpack(archive, on_progress=on_progress))
    return held[0]


@st.cache_resource(max_entries=REMEMBERED_ARCHIVES, show_spinner=False)
def _held_archive(archive: bytes) -> list[list[NamedFile]]:  # noqa: ARG001  the key
    return []


def explain(image: bytes) -> Explanation:
    """Say why the served model reads an image as it does, once for the same content.

    Raises: what `Workspace.explain` raises.
    """
    return _explain_once(image, workspace().served_model().name)


@st.cache_data(max_entries=REMEMBERED_DOCUMENTS, show_spinner=False)
def _explain_once(image: bytes, model_version: str) -> Explanation:  # noqa: ARG001  part of the cache's key
    return workspace().explain(image)


def read_file(content: bytes, enhancement_level: float) -> ReadFile:
    """Read one uploaded file with the served model, once for the same content and level.

    Raises:
        ModelUnavailable: there is no usable model.
    """
    return _read_once(content, enhancement_level, workspace().served_model().name)


@st.cache_data(max_entries=REMEMBERED_FILES, show_spinner=False)
def _read_once(content: bytes, enhancement_level: float, model_version: str) -> ReadFile:  # noqa: ARG001
    """Read a file; the model's version is there to be part of the cache's key."""
    try:
        return ReadFile(workspace().read(content, enhancement_level=enhancement_level), preview(content))
    except ImageError as error:
        return ReadFile(error=error)
