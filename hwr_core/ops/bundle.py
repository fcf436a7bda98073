"""A model version as one file: exported for other machines and for phones, and pulled in from a file or an address.

A bundle is a ZIP archive of the version's card and files, with a page that says what goes into the network for digits
and what comes out, and test vectors by which one's own program can be checked. Nothing in it is executed.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import ValidationError

from hwr_core.datasets.example_images import example_digits
from hwr_core.datasets.handmade import hand_made
from hwr_core.errors import InvalidValue
from hwr_core.files import because, zip_damage_as
from hwr_core.images.decode import decode
from hwr_core.images.encode import as_png
from hwr_core.images.normalise import normalise
from hwr_core.ops.hub import LARGEST, BundleFailed, fetched, is_address, send
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.card import ModelCard
from hwr_core.registry.registry import CARD, ModelVersion, Registry
from hwr_core.registry.shared import FILE_NAME

VECTORS, PAGE = "vectors.json", "README.md"

ABOUT = """# {version}

A model version of hwr. `hwr models pull FILE` takes this file in; everything else here is for programs of your own.

`model.tflite` reads one digit (LiteRT). Input: float32 [1, 28, 28, 1], grey, 0 to 255, not scaled; ink is bright on
black. Output: float32 [1, 11], probabilities of the digits 0 to 9 and, last, of "not a digit".

- It is no digit where the last one is above {none}.
- The probability of a digit is its own and a tenth of the last one.
- It is unsure where the largest of these is below {unsure}.

The 28x28 image is made as MNIST was: find the ink, on an even or shaded background; crop it; scale its longer side to
20 pixels, keeping its proportions, by area; put its centre of mass into the middle of 28x28. The definition, step by
step, is `hwr_core/images/normalise.py` of hwr.

`vectors.json` lists test vectors: an `image` (a file in `vectors/`), the 28x28 that hwr makes of it (`seen`, 28 rows of
28), and what the network says of that (`output`). With `seen` as the input your output should agree to 0.001.

`card.json` says what the version learned from, how it was tested, and the SHA-256 of each file.
"""


def export_bundle(version: ModelVersion, file: Path) -> None:
    """Write a version to a file, which must not exist yet.

    Raises:
        ModelUnavailable: a file of the version is missing or damaged.
        BundleFailed: the file exists, or cannot be written.
    """
    contents = {name: version.read_file(name) for name in version.card.files}
    contents |= {CARD: version.card.model_dump_json(indent=1).encode(), **_vectors(version)}
    decision = version.card.decision
    page = ABOUT.format(version=version.name, none=decision.not_a_digit_above, unsure=decision.unsure_below)
    try:
        with file.open("xb") as stream, ZipFile(stream, "w", ZIP_DEFLATED) as archive:
            for name, content in {PAGE: page.encode(), **contents}.items():
                archive.writestr(name, content)
    except FileExistsError as error:
        raise BundleFailed(f"{file} exists already.") from error
    except OSError as error:
        with suppress(OSError):  # half of it, on a full disk; nothing, where its folder is not there
            file.unlink()
        raise BundleFailed(f"{file} cannot be written{because(error)}.") from error


def push_bundle(version: ModelVersion, target: str, token: str | None = None) -> None:
    """Write a version to a file, or put it at an http(s) address or into a bucket; what is there is not replaced.

    Raises:
        ModelUnavailable: a file of the version is missing or damaged.
        BundleFailed: the file exists or cannot be written, or the server does not answer or refuses.
        Conflict: the server has something there already.
        InvalidValue: the token would be sent where others can read it.
    """
    if not is_address(target):
        export_bundle(version, Path(target))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.zip"
        export_bundle(version, file)
        send(file, target, token)


def pull_bundle(registry: Registry, source: str, token: str | None = None) -> ModelVersion:
    """Take in a version from a file, an http(s) address or the URL of a bucket (s3://...). It is not served.

    Raises:
        InvalidValue: it is no bundle, it is damaged, or the version is here already.
        BundleFailed: it cannot be fetched.
    """
    with _opened(source, token) as file, zip_damage_as("This is not a model version of hwr, or it is damaged."):
        try:
            with ZipFile(file) as archive:
                card, files = _confirmed(archive)
        except OSError as error:
            raise BundleFailed(f"{source} cannot be opened{because(error)}.") from error
    return registry.publish(card, files)


def _confirmed(archive: ZipFile) -> tuple[ModelCard, dict[str, bytes]]:
    """The card and the files that it lists, each with the hash and of a name that it may have."""
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > LARGEST:
        raise InvalidValue(f"The archive unpacks to more than {LARGEST // 1_000_000} MB.")
    if CARD not in sizes:
        raise InvalidValue("This is not a model version of hwr: it has no card.")
    try:
        card = ModelCard.model_validate_json(archive.read(CARD))
    except ValidationError as error:
        raise InvalidValue("The card of the model version cannot be read; a newer hwr may have written it.") from error
    if strange := [name for name in card.files if not FILE_NAME.fullmatch(name)]:
        raise InvalidValue(f"The model version has a file {strange[0]!r}, which no version has.")
    if missing := card.files.keys() - sizes.keys():
        raise InvalidValue(f"The file {min(missing)} of the model version is missing.")
    files = {name: archive.read(name) for name in card.files}
    for name, content in files.items():
        if sha256(content).hexdigest() != card.files[name]:
            raise InvalidValue(f"The file {name} of the model version is damaged: its hash is not the one in the card.")
    return card, files


@contextmanager
def _opened(source: str, token: str | None) -> Iterator[Path]:
    if not is_address(source):
        yield Path(source)
        return
    with fetched(source, token) as file:
        yield file


def _vectors(version: ModelVersion) -> dict[str, bytes]:
    """Images, and a list of what is made of each and what the network says."""
    images = {f"{digit}.png": as_png(hand_made(digit)) for digit in DIGITS} | dict(example_digits())
    recogniser = Recogniser.load(version, cores=1)
    found = []
    for name, image in images.items():
        seen = normalise(decode(image))
        output = recogniser.shares_of(seen).tolist()
        found.append({"image": f"vectors/{name}", "seen": seen.tolist(), "output": [round(each, 6) for each in output]})
    recogniser.close()
    return {VECTORS: json.dumps(found).encode(), **{f"vectors/{name}": image for name, image in images.items()}}
