"""Very many images into files of predictions: whole shards, shared work, and what is left of a killed reading."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hwr_core.app.bulk.engines.engine import Engine
from hwr_core.app.bulk.read_all import Part, read_all
from hwr_core.app.bulk.sources import names_of
from hwr_core.app.bulk.worker import How
from hwr_core.cli import main
from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.registry.registry import Registry
from tests.handwriting import drawing, number, png

DIGITS = How(numbers=False, script="western", enhancement_level=1.0)
NUMBERS = How(numbers=True, script="western", enhancement_level=1.0)
ALONE = Engine(processes=1)
"""A process takes seconds of two cores to start."""
PATIENCE = 120


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> Path:
    """A folder of 23 images in two folders, one of them blank, and one file that is no image."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "deeper").mkdir()
    for place in range(22):
        (folder / ("deeper" if place % 2 else "") / f"{place:02}.png").write_bytes(png(drawing(place % 10)))
    (folder / "blank.png").write_bytes(png(drawing(0) * 0 + 255))
    (folder / "bad.png").write_bytes(b"no image")
    (folder / "notes.txt").write_text("not meant")
    return folder


@pytest.fixture
def read(settings, images, tmp_path):
    """Read the images, or another source, into a folder."""

    def read(source=images, folder=tmp_path / "out", **more):
        how = {"how": DIGITS, "shard_size": 10, "part": Part(), "engine": ALONE} | more
        return read_all(settings, str(source), folder, **how)

    return read


def _shards(folder: Path) -> list[int]:
    return sorted(int(file.stem.removeprefix("part-")) for file in folder.glob("part-*"))


def _rows(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder).sort_values("file", ignore_index=True)


def test_every_image_has_a_row_with_its_prediction(read, images, tmp_path):
    """Whole shards in the order of names; what cannot be read is named with the reason; a blank image is none."""
    done = read(engine=Engine(processes=2))

    rows = _rows(tmp_path / "out")
    assert (done.images, done.images_done, done.shards, done.errors) == (24, 24, 3, 1)
    assert list(rows["file"]) == names_of(str(images))
    assert list(rows.loc[rows["error"].notna(), "file"]) == ["bad.png"]
    assert rows.loc[rows["file"] == "blank.png", "verdict"].item() == "no_ink"
    digits = rows[rows["digit"].notna()]
    right = digits["digit"] == digits["file"].str.extract(r"(\d+)\.png")[0].astype(int) % 10
    assert right.mean() > 0.9
    assert digits["probabilities"].map(len).eq(10).all()
    assert [file.name for file in sorted((tmp_path / "out").glob(".*"))] == []


def test_finished_shards_are_passed_over(read, tmp_path):
    """Only what is missing is read again; its errors are counted all the same."""
    read()
    files = sorted((tmp_path / "out").glob("part-*"))
    before = {file: file.stat().st_mtime_ns for file in files}
    files[1].unlink()

    again = read()

    assert (again.skipped, again.errors, again.images_done) == (2, 1, 24)
    assert files[1].exists()
    assert {file: file.stat().st_mtime_ns for file in (files[0], files[2])} == {
        file: before[file] for file in (files[0], files[2])
    }


def test_parts_share_the_work(read, tmp_path):
    """Each shard belongs to one part, whoever writes the list of names."""
    parts = [read(part=Part(number, 3), shard_size=5) for number in range(3)]

    assert sum(each.images for each in parts) == len(_rows(tmp_path / "out")) == 24
    assert sum(each.shards for each in parts) == len(list((tmp_path / "out").glob("part-*"))) == 5


def test_more_parts_than_shards_leave_some_without_work(read):
    """A part without a shard is done at once."""
    assert read(part=Part(7, 8)).shards == 0


def test_a_table_of_images_is_read_by_row_groups(read, images, tmp_path):
    """Images in a Parquet file, with names, or numbered without; a row without an image has an error."""
    content = [file.read_bytes() for file in sorted(images.rglob("*.png"))]
    pq.write_table(pa.table({"image": [*content, None]}), tmp_path / "images.parquet", row_group_size=7)
    names = [f"name {place}" for place in range(len(content) + 1)]
    pq.write_table(pa.table({"file": names, "image": [*content, None]}), tmp_path / "named.parquet", row_group_size=4)

    read(tmp_path / "images.parquet", tmp_path / "numbered")
    read(tmp_path / "named.parquet", tmp_path / "named")

    numbered, named = _rows(tmp_path / "numbered"), _rows(tmp_path / "named")
    assert set(numbered["file"]) == {str(place) for place in range(25)}
    assert set(named["file"]) == set(names)
    assert numbered.set_index("file").loc["24", "error"] == "The row holds no image."
    by_place = named.assign(file=named["file"].str.removeprefix("name ")).sort_values("file", ignore_index=True)
    pd.testing.assert_series_equal(numbered["digit"], by_place["digit"])


def test_numbers_are_read_too(read, tmp_path):
    """All digits of an image, as text."""
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers" / "a.png").write_bytes(png(number("420")))
    read(tmp_path / "numbers" / "*.png", how=NUMBERS)

    row = _rows(tmp_path / "out").iloc[0]
    assert row["text"] == "420"
    assert row["pages"] == 1


def test_results_of_different_readings_are_not_mixed(read):
    """A folder belongs to one reading; what differs is named."""
    read()
    for change, words in (
        ({"shard_size": 11}, "shard_size 10"),
        ({"how": NUMBERS}, "numbers False"),
        ({"source": "elsewhere"}, "source"),
    ):
        with pytest.raises(InvalidValue, match=words):
            read(**change)


def test_a_source_that_is_gone_leaves_the_shards_to_be_read(read, images, tmp_path):
    """A part on a machine without the folder of images reads nothing, instead of writing errors for good."""
    source = tmp_path / "scans"
    shutil.copytree(images, source)
    read(source, part=Part(0, 2))
    before = sorted((tmp_path / "out").iterdir())
    source.rename(tmp_path / "elsewhere")
    with pytest.raises(InvalidValue, match="with which this reading began"):
        read(source, part=Part(1, 2))
    assert sorted((tmp_path / "out").glob("*.parquet")) == [file for file in before if file.suffix == ".parquet"]


def test_what_goes_wrong_in_a_shard_leaves_the_one_before(read, images, tmp_path):
    """It is on the disk, though the next one cannot be read; images that are nowhere are no rows full of errors."""
    source, table = tmp_path / "scans", tmp_path / "images.parquet"
    shutil.copytree(images, source)
    read(source, part=Part(0, 3))
    for name in names_of(str(source))[20:]:
        (source / name).unlink()
    with pytest.raises(InvalidValue, match=f"None of 4 images can be opened in .*scans.* on {socket.gethostname()}"):
        read(source)
    assert _shards(tmp_path / "out") == [0, 1]

    content = [file.read_bytes() for file in sorted(images.rglob("*.png"))]
    pq.write_table(pa.table({"image": content}), table)
    read(table, tmp_path / "of-table", part=Part(2, 3))
    pq.write_table(pa.table({"image": content[:15]}), table)
    with pytest.raises(InvalidValue, match="fewer rows"):
        read(table, tmp_path / "of-table")
    assert _shards(tmp_path / "of-table") == [0, 2]


def test_a_damaged_model_is_said(settings, images, tmp_path):
    """Before any process begins: they would only be gone."""
    models = tmp_path / "models"
    shutil.copytree(settings.models_dir, models)
    [network] = (models / Registry(models).champion().name).glob("model.tflite")
    network.write_bytes(network.read_bytes()[:1000])
    broken = settings.model_copy(update={"models_dir": models})
    with pytest.raises(ModelUnavailable):
        read_all(broken, str(images), tmp_path / "out", how=DIGITS, shard_size=10, part=Part())


def test_bad_requests_say_what_is_allowed(read, settings, tmp_path):
    """No images, no such column, a damaged file or list, an impossible part or size, no model."""
    with pytest.raises(InvalidValue, match="There are no images in"):
        read(tmp_path / "nothing")
    pq.write_table(pa.table({"picture": [b"x"]}), tmp_path / "other.parquet")
    with pytest.raises(InvalidValue, match="no column 'image'"):
        read(tmp_path / "other.parquet")
    pq.write_table(pa.table({"image": ["x"]}), tmp_path / "texts.parquet")
    with pytest.raises(InvalidValue, match="holds string"):
        read(tmp_path / "texts.parquet")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1")
    with pytest.raises(InvalidValue, match="damaged"):
        read(tmp_path / "damaged.parquet")
    with pytest.raises(InvalidValue, match="part is 3/3"):
        Part(3, 3)
    with pytest.raises(InvalidValue, match="1 part or more"):
        Part(0, 0)
    with pytest.raises(InvalidValue, match="1 or more"):
        read(shard_size=0)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "_manifest.json").write_text("{")
    with pytest.raises(InvalidValue, match="damaged"):
        read(folder=tmp_path / "old")
    (tmp_path / "file").touch()
    with pytest.raises(InvalidValue, match="cannot be written"):
        read(folder=tmp_path / "file" / "out")
    nowhere = settings.model_copy(update={"models_dir": tmp_path / "no-models"})
    with pytest.raises(ModelUnavailable):
        read_all(nowhere, ".", tmp_path / "new", how=DIGITS, shard_size=1, part=Part())


def test_an_unknown_script_is_refused_in_words(read):
    """What a process refuses comes back as the error that it is."""
    with pytest.raises(InvalidValue, match="klingon"):
        read(how=How(numbers=False, script="klingon", enhancement_level=1.0))


def test_the_command_sums_up(images, tmp_path, capsys):
    """Progress goes to stderr, the summary to stdout; files that could not be read make the status 1."""
    arguments = ["read-all", str(images), str(tmp_path / "out"), "--shard-size", "20", "--processes", "1"]

    assert main([*arguments, "--json"]) == 1

    said = capsys.readouterr()
    assert json.loads(said.out) | {"seconds": 0} == {
        "shards": 2, "shards_done": 2, "skipped": 0, "images": 24, "images_done": 24, "errors": 1, "seconds": 0
    }  # fmt: skip
    assert "20 of 24 images, shard 1 of 2" in said.err
    assert main([*arguments, "--shard", "x"]) == 2
    assert "0/4, 1/4, 2/4 and 3/4" in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_reading_goes_on_where_it_stopped(tmp_path):
    """SIGKILL half-way: finished shards are whole, no process is left over, and in the end each image has one row."""
    images, out = tmp_path / "images", tmp_path / "out"
    images.mkdir()
    content = [png(drawing(digit)) for digit in range(10)]
    for place in range(400):
        (images / f"{place:03}.png").write_bytes(content[place % 10])
    command = [sys.executable, "-m", "hwr_core.cli", "read-all", str(images), str(out), "--shard-size", "20"]
    environment = os.environ | {"HWR_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + PATIENCE
        while len(list(out.glob("part-*"))) < 3:
            assert time.monotonic() < deadline
            assert killed.poll() is None
            time.sleep(0.01)
        killed.kill()
    finished = {file: file.stat().st_mtime_ns for file in out.glob("part-*")}

    done = subprocess.run(
        [*command, "--json"], env=environment, check=True, capture_output=True, text=True, timeout=PATIENCE
    )

    assert json.loads(done.stdout)["skipped"] == len(finished) < 20
    assert {file: file.stat().st_mtime_ns for file in finished} == finished
    rows = pd.read_parquet(out)
    assert len(rows) == rows["file"].nunique() == 400
    assert rows["error"].isna().all()
