"""What the older app of this kind got wrong, fault by fault: ours does right."""

import io
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from struct import pack
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image, ImageOps

from hwr_core.registry.registry import LITERT, WEIGHTS, Registry
from hwr_core.settings import Settings
from tests.api.client import drawn, refusal
from tests.handwriting import drawing, png

Predict = Callable[..., Response]


def _huge_png(side: int) -> bytes:
    """A PNG of so many pixels a side by its head; whoever wants to see them finds that there are none."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))

    head = pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"no pixels") + chunk(b"IEND", b"")


def _as_file(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("inverted", [False, True], ids=["black on white", "white on black"])
@pytest.mark.parametrize("corner", [(0, 0), (170, 170)], ids=["top left", "bottom right"])
def test_fault_1_a_drawing_is_inverted_cropped_and_centred(
    predict: Predict, corner: tuple[int, int], *, inverted: bool
) -> None:
    """A small digit in a corner, of either polarity, is read."""
    page = Image.new("L", (280, 280), 255)
    page.paste(Image.fromarray(drawing(7)).resize((110, 110)), corner)
    image = ImageOps.invert(page) if inverted else page
    assert predict(_as_file(image, "PNG")).json()["predicted_digit"] == 7


def test_fault_2_a_failed_write_breaks_nothing(client: TestClient, predict: Predict) -> None:
    """After a clash of names and ids beyond the database's, health is healthy and everything works."""
    client.post("/api/users", json={"username": "Ada"})
    refusal(client.post("/api/users", json={"username": "Ada"}), 409)
    refusal(client.get(f"/api/users/{2**64}"), 422)
    refusal(predict(user_id=2**63), 422)
    assert predict().status_code == 200
    assert client.get("/health").json()["status"] == "healthy"
    assert client.post("/api/users", json={"username": "Eve"}).status_code == 200


def test_fault_3_feedback_is_compared_with_the_digit(client: TestClient, predict: Predict) -> None:
    """Of seven predictions of a 7, the one whose number is 7 is no more right than the others."""
    for _ in range(7):
        number = predict().json()["prediction_id"]
        client.post("/api/feedback", json={"prediction_id": number, "user_id": 1, "actual_digit": number})
    data = client.get("/api/analytics/system").json()["data"]
    assert (data["labelled"], data["right"]) == (7, 1)
    assert client.get("/api/analytics/predictions?labelled=right").json()["data"][0]["id"] == 7


def test_fault_4_a_batch_answers_and_keeps_every_file(client: TestClient) -> None:
    """Ten files are ten results in the order sent and ten predictions."""
    files = [("files", (f"{digit}.png", png(drawing(digit)), "image/png")) for digit in (7, 3, 0, 7, 3, 0, 7, 3, 0, 7)]
    answer = client.post("/api/predict-batch", files=files).json()
    assert [result["predicted_digit"] for result in answer["results"]] == [7, 3, 0, 7, 3, 0, 7, 3, 0, 7]
    rows = client.get("/api/analytics/predictions").json()["data"]
    assert [row["id"] for row in rows] == [result["prediction_id"] for result in answer["results"]][::-1]


def test_fault_5_a_new_model_leaves_the_serving_one_alone(settings: Settings, tmp_path: Path) -> None:
    """Publishing writes a version of its own; what is being served, and its files, stay as they are."""
    models = tmp_path / "models"
    copytree(settings.models_dir, models)
    registry = Registry(models)
    served = registry.champion()
    before = {file: file.read_bytes() for file in served.folder.rglob("*.*")}
    card = served.card.model_copy(update={"created_at": datetime.fromisoformat("2030-01-01T00:00:00+00:00")})
    new = registry.publish(card, {WEIGHTS: b"other", LITERT: b"other"})
    assert new.folder != served.folder
    assert registry.champion().name == served.name
    assert {file: file.read_bytes() for file in served.folder.rglob("*.*")} == before


def _modes() -> dict[str, bytes]:
    grey = Image.fromarray(drawing(7))
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter clockwise
    return {
        "grey and alpha": _as_file(grey.convert("LA"), "PNG"),
        "one bit": _as_file(grey.convert("1"), "PNG"),
        "float": _as_file(Image.fromarray(drawing(7).astype(np.float32) / 255), "TIFF"),
        "CMYK": _as_file(grey.convert("CMYK"), "JPEG"),
        "EXIF": _as_file(grey.rotate(90), "JPEG", exif=turned, quality=95),
    }


@pytest.mark.parametrize("mode", ["grey and alpha", "one bit", "float", "CMYK", "EXIF"])
def test_fault_6_every_kind_of_image_is_read(predict: Predict, mode: str) -> None:
    """Kinds of image that failed, or gave a wrong digit, are a 7."""
    assert predict(_modes()[mode]).json()["predicted_digit"] == 7


def test_fault_6_a_clients_error_is_no_500_and_leaks_nothing(client: TestClient, predict: Predict) -> None:
    """What is no image and what is no number are 4xx in our own words."""
    refusal(predict(b"no image"), 415)
    refusal(client.get("/api/users/x"), 422)
    refusal(client.get("/api/analytics/predictions?user_id=' or 1=1 --"), 422)


def test_fault_7_an_image_too_large_is_refused_before_it_is_decoded(
    predict: Predict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """169 megapixels in a small file are refused by their size alone; a smaller image is decoded."""
    monkeypatch.delattr("PIL.ImageFile.ImageFile.load")
    assert "13000 x 13000" in refusal(predict(_huge_png(13_000)), 413)
    refusal(predict(_huge_png(1_000)), 400)


def test_fault_7_a_file_is_judged_by_its_content(client: TestClient, seven: bytes) -> None:
    """A body of 65 megabytes is refused, a program with an image's name too; an image may have any name."""
    refusal(client.post("/api/predict", content=bytes(65 * 2**20)), 413)
    refusal(client.post("/api/predict-upload", files={"file": ("seven.png", b"MZ\x90\x00", "image/png")}), 415)
    answer = client.post("/api/predict-upload", files={"file": ("seven.exe", seven, "application/x-dosexec")})
    assert answer.json()["predicted_digit"] == 7


def test_fault_8_uploads_at_once_are_all_kept_and_can_be_deleted(client: TestClient, settings: Settings) -> None:
    """Twenty images in the same second leave twenty files, and erasing the history takes them away."""
    images = [png(drawing(n % 10, pen=10 + n)) for n in range(20)]
    with ThreadPoolExecutor(20) as threads:
        sent = [
            threads.submit(client.post, "/api/predict-upload", files={"file": ("same.png", image)}) for image in images
        ]
    assert {each.result().status_code for each in sent} == {200}
    kept = {file.name for file in settings.uploads.glob("??/*")}
    assert kept == {sha256(image).hexdigest() for image in images}
    assert client.delete("/api/users/1/history").json()["predictions_erased"] == 20
    assert [*settings.uploads.glob("??/*")] == []


def test_fault_9_what_makes_no_sense_is_refused(client: TestClient, predict: Predict) -> None:
    """Orphan ids, digit 99, rating -5, an empty username and limit=-1 are each refused."""
    number = predict().json()["prediction_id"]
    good = {"prediction_id": number, "user_id": 1, "actual_digit": 7}
    refusal(predict(user_id=99), 404)
    refusal(client.post("/api/feedback", json=good | {"prediction_id": 99}), 404)
    refusal(client.post("/api/feedback", json=good | {"actual_digit": 99}), 422)
    refusal(client.post("/api/feedback", json=good | {"confidence_rating": -5}), 422)
    refusal(client.post("/api/users", json={"username": ""}), 422)
    refusal(client.get("/api/analytics/predictions?limit=-1"), 422)


def test_fault_10_times_hold_the_inference_and_name_their_offset(client: TestClient, predict: Predict) -> None:
    """The processing time is preparing plus inferring, and every moment is one and the same everywhere."""
    answered = predict().json()
    data = client.get(f"/api/predictions/{answered['prediction_id']}").json()["data"]
    assert data["inference_time"] > 0
    assert answered["processing_time"] == pytest.approx(data["preprocessing_time"] + data["inference_time"])
    exported = client.get("/api/export/user/1").json()["data"]["predictions"][0]
    moments = [datetime.fromisoformat(each["timestamp"]) for each in (answered, data, exported)]
    assert len(set(moments)) == 1
    assert {moment.utcoffset() is None for moment in moments} == {False}


def test_fault_11_a_prediction_is_traced_to_its_weights(
    client: TestClient, predict: Predict, settings: Settings
) -> None:
    """The version of a prediction names a folder whose card holds the hash of the very weights."""
    version = Registry(settings.models_dir).get(predict().json()["model_version"])
    assert sha256((version.folder / LITERT).read_bytes()).hexdigest() == version.card.files[LITERT]
    assert client.get("/api/analytics/predictions").json()["data"][0]["model_version"] == version.name


def test_fault_12_no_foreign_page_is_let_in(client: TestClient, seven: bytes) -> None:
    """An origin that nobody named gets no permission, neither with the answer nor beforehand."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        client.post("/api/predict", json=drawn(seven), headers=headers),
        client.options("/api/predict", headers=headers),
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
