"""Whole numbers: how many cheque amounts are read whole and right, and what a reading costs. Wants the data sets."""

import csv
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from hwr_core.statistics import wilson
from hwr_core.workspace import open_workspace

ARCHIVE = "cheque-amounts.zip"


def main() -> None:
    """Read every amount with the champion, and print shares and times."""
    datasets = os.environ.get("HWR_DATASETS_DIR")
    if datasets is None or not (archive := Path(datasets) / ARCHIVE).exists():
        print(f"{ARCHIVE} is not in HWR_DATASETS_DIR: nothing is measured.")
        return
    with open_workspace() as workspace:
        right, sure, seconds = [], [], []
        for text, picture in amounts(archive):
            began = time.perf_counter()
            found = workspace.read_number(picture)
            seconds.append(time.perf_counter() - began)
            right.append(found.text == text)
            sure.append(found.confidence)
    report(np.array(right), np.array(sure), np.array(seconds))


def amounts(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what each amount says and its picture file."""
    with ZipFile(archive) as files, files.open("index.csv") as index:
        for row in csv.DictReader(io.TextIOWrapper(index, "utf-8")):
            yield row["text"], files.read(row["file"])


def report(right: np.ndarray, sure: np.ndarray, seconds: np.ndarray) -> None:
    """Print the figures."""
    low, high = wilson(int(right.sum()), len(right))
    print(f"{len(right)} cheque amounts: {right.mean():.1%} whole and right ({low:.1%} to {high:.1%})")
    print(f"joint confidence {sure.mean():.1%} on average")
    for share in (0.25, 0.5, 0.75):
        surest = np.argsort(-sure)[: round(share * len(right))]
        print(f"  of the surest {share:.0%}: {right[surest].mean():.1%} right")
    p50, p95 = np.quantile(seconds, (0.5, 0.95)) * 1000
    print(f"a reading: p50 {p50:.0f} ms, p95 {p95:.0f} ms")


if __name__ == "__main__":
    main()
