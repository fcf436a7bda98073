"""The files of the Upload page: selected, unpacked and read, with a bar that shows how far that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from dashboard.components.examples.tiles import show_examples
from dashboard.components.messages import literal, show_error
from dashboard.components.progress import counted, is_stopped, progress_bar
from dashboard.components.user_switch import user_id
from dashboard.components.wording import ONE_DIGIT
from dashboard.services import FileResult, preview, read_file, unpacked, workspace
from hwr_core.app import MAX_ENHANCEMENT, READABLE, Grey, example_digits, example_numbers, is_archive
from hwr_core.errors import HwrError
from hwr_core.settings import MIB

NAMED = 3
"""Files that are named before the others are counted."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was uploaded, by itself or in an archive; `id` tells it from all others of the session."""

    id: str
    name: str
    content: bytes


@dataclass(slots=True)
class _Shelf:
    """The files of one kind: those that the page's control holds, and those that it held before it was made anew."""

    earlier: list[Upload] = field(default_factory=list)
    shown: list[Upload] = field(default_factory=list)
    revision: int = 0

    @property
    def files(self) -> list[Upload]:
        """All of them, each once, the earlier ones first."""
        return [*{file.id: file for file in (*self.earlier, *self.shown)}.values()]

    def put_aside(self) -> None:
        """Keep what the control held: it holds nothing now."""
        self.earlier, self.shown = self.files, []

    def clear(self) -> None:
        """Remove all, by a control that is made anew."""
        self.earlier, self.shown = [], []
        self.revision += 1


def choose_files(kind: str) -> list[Upload]:
    """Say what may be uploaded, and return the files that the user has selected."""
    megabytes = workspace().settings.max_image_bytes // MIB
    rules = st.empty()
    shelf = _shelf(kind)
    key = f"upload_files_{kind}_{shelf.revision}"
    if key not in st.session_state:  # back from the other kind, or another page: the control has forgotten its files
        shelf.put_aside()
    files = st.file_uploader(
        "Images",
        accept_multiple_files=True,
        max_upload_size=megabytes,
        key=key,
        label_visibility="collapsed",
    )
    shelf.shown = [Upload(file.file_id, file.name, file.getvalue()) for file in files]
    if not shelf.files:  # once there are some, their results have the place
        rules.markdown(_rules(kind, megabytes))
    return shelf.files


def _rules(kind: str, megabytes: int) -> str:
    """What may be uploaded."""
    if kind == ONE_DIGIT:
        return (
            f"One handwritten digit per image: {READABLE}, or a ZIP archive of them, up to {megabytes} MB per file "
            f"and {workspace().settings.max_batch_files} files at once."
        )
    return (
        f"Numbers on single lines or whole pages: {READABLE}, PDF, or a ZIP archive of them, "
        f"up to {megabytes} MB per file."
    )


def show_chosen(kind: str) -> None:
    """Name the files that there are beside those that the control names, and offer to remove all."""
    shelf = _shelf(kind)
    if not shelf.files:
        return
    st.button("Remove all", icon=":material/delete:", key="upload_remove", on_click=shelf.clear)
    if shelf.earlier:
        names = ", ".join(file.name for file in shelf.earlier[:NAMED])
        more = f" and {len(shelf.earlier) - NAMED} more" if len(shelf.earlier) > NAMED else ""
        st.caption(f"Chosen: {literal(names)}{more}", width="content")


def _shelf(kind: str) -> _Shelf:
    shelves: dict[str, _Shelf] = st.session_state.setdefault("upload_shelves", {})
    return shelves.setdefault(kind, _Shelf())


def offer_examples(kind: str) -> None:
    """Offer images to try things out with where the user has none at hand: a click is as if a file were chosen."""
    files = {name.removesuffix(".png").capitalize(): name for name in _examples(kind)}

    def choose(name: str) -> None:
        chosen = [files[name]] if name in files else [*files.values()]
        contents = _examples(kind)
        _shelf(kind).earlier += [Upload(f"example {each}", f"example, {each}", contents[each]) for each in chosen]

    show_examples("No image at hand? Try an example:", _example_images(kind), choose, key=f"upload_{len(files)}")
    st.button("Try all examples", type="tertiary", on_click=choose, args=("",), key="upload_all")


def _examples(kind: str) -> Mapping[str, bytes]:
    return example_digits() if kind == ONE_DIGIT else example_numbers()


@st.cache_data(max_entries=2, show_spinner=False)
def _example_images(kind: str) -> dict[str, Grey]:
    return {name.removesuffix(".png").capitalize(): preview(content) for name, content in _examples(kind).items()}


def choose_level() -> float:
    """Show the advanced options and return the enhancement level."""
    with st.popover("Advanced", icon=":material/tune:"):
        level: float = st.slider(
            "Enhancement",
            0.0,
            MAX_ENHANCEMENT,
            1.0,
            step=0.5,
            key="upload_level",
            help="How strongly an image is cleaned up before it is read. 1 suits most images; try 2 for dim or noisy "
            "photos.",
        )
    return level


def unpack_archives(files: Sequence[Upload]) -> list[Upload]:
    """Return the files, each archive replaced by its contents; an archive that cannot be read says why."""
    found: list[Upload] = []
    for file in files:
        if is_archive(file.content):
            found += _unpack(file)
        else:
            found.append(file)
    return found


def _unpack(archive: Upload) -> list[Upload]:
    task = f"{archive.id}_unpacking"
    if is_stopped(task):
        return []
    try:
        with progress_bar(f"Unpacking {literal(archive.name)}", task=task) as move:
            files = unpacked(archive.content, on_progress=move)
    except HwrError as error:
        st.text(archive.name)
        show_error(error)
        return []
    return [Upload(f"{archive.id}/{place}", name, content) for place, (name, content) in enumerate(files)]


def read_files(uploads: Sequence[Upload], enhancement_level: float, script: str) -> list[FileResult]:
    """Read each image, with a bar that counts them; none where the user stops that. Raises ModelUnavailable."""
    task = f"reading_{hash(tuple(upload.id for upload in uploads))}"
    if is_stopped(task):
        return []
    user = user_id()
    return [
        read_file(upload.content, user, enhancement_level, script) for upload in counted(uploads, "Read", task=task)
    ]
