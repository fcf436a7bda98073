"""What a release consists of: put together from what was built, with its checksums, and refused without a changelog."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hwr_core import __version__
from hwr_core.files import hash_file
from hwr_core.settings import PROJECT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what `make wheel sbom openapi` leaves, and no programs that build images."""
    for name in ("pyproject.toml", "CHANGELOG.md", ".ci/release"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    for name in (
        f"dist/hwr-{__version__}-py3-none-any.whl",
        f"dist/hwr-{__version__}.tar.gz",
        "sbom.json",
        "openapi.json",
    ):
        (tmp_path / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "build" / name).write_text(name)
    return tmp_path


def release(checkout: Path, *programs: Path) -> subprocess.CompletedProcess[str]:
    """Run the script where only the system's tools and these folders' programs are found."""
    tools = checkout / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("bash", "sed", "grep", "git", "rm", "mkdir", "cp", "awk", "sha256sum", "cat", "gzip", "dirname"):
        place = shutil.which(name)
        if place and not (tools / name).exists():
            (tools / name).symlink_to(place)
    path = ":".join(map(str, (*programs, tools)))
    return subprocess.run(
        [checkout / ".ci" / "release"], env={"PATH": path}, capture_output=True, text=True, check=False
    )


def test_a_release_has_all_files_and_their_checksums(checkout: Path) -> None:
    """Those of the version in pyproject.toml, which is the only place that has it; no image is said."""
    assert __version__ == tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    done = release(checkout)
    assert done.returncode == 0, done.stderr
    assert "No image" in done.stderr
    folder = checkout / "build" / "release"
    assert {file.name for file in folder.iterdir()} == {
        "SHA256SUMS",
        *(f"hwr-{__version__}{ending}" for ending in ("-py3-none-any.whl", ".tar.gz", ".cdx.json", "-openapi.json")),
        f"hwr-{__version__}-changes.md",
    }
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split()
        assert hash_file(folder / name) == expected
    notes = (folder / f"hwr-{__version__}-changes.md").read_text()
    assert "- Reads handwritten digits" in notes
    assert "### Upgrade" in notes


def test_the_notes_are_those_of_the_version_alone(checkout: Path) -> None:
    """Neither an older section's nor those of a version whose number begins alike; what is left out is said."""
    (checkout / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## Unreleased\n\n- A later change.\n\n## {__version__}.1 (2026-12-02)\n\n- Another's.\n\n"
        f"## {__version__} (2026-12-01)\n\n- Ours.\n\n### Upgrade\n\n- A step.\n\n## 0.0.1\n\n- An older one.\n"
    )
    done = release(checkout)
    assert done.returncode == 0, done.stderr
    notes = (checkout / "build" / "release" / f"hwr-{__version__}-changes.md").read_text()
    assert notes.split() == ["-", "Ours.", "###", "Upgrade", "-", "A", "step."]
    assert "entries under Unreleased" in done.stderr


def test_an_image_is_added_where_it_can_be_built(checkout: Path) -> None:
    """By buildah, as by Docker; its archive has a checksum too."""
    programs = checkout / "programs"
    programs.mkdir()
    (programs / "buildah").write_text(
        """#!/bin/bash
[ "$1" = push ] && { place=${3#docker-archive:}; echo image > "${place%:hwr:*}"; }
exit 0
"""
    )
    (programs / "buildah").chmod(0o755)
    done = release(checkout, programs)
    assert done.returncode == 0, done.stderr
    assert f"hwr-{__version__}-image.tar" in (checkout / "build" / "release" / "SHA256SUMS").read_text()


def test_a_version_without_a_section_of_the_changelog_is_not_released(checkout: Path) -> None:
    """Nor with a file that was not built."""
    (checkout / "CHANGELOG.md").write_text("# Changelog\n\n## 9.9.9\n")
    done = release(checkout)
    assert done.returncode == 1
    assert f"no heading for {__version__}" in done.stderr
    shutil.copy(PROJECT / "CHANGELOG.md", checkout)
    (checkout / "build" / "sbom.json").unlink()
    assert release(checkout).returncode != 0
    assert not (checkout / "build" / "release" / "SHA256SUMS").exists()


def test_the_document_of_the_api_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that a server shows, and no data folder is made for it."""
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    done = subprocess.run(
        [sys.executable, PROJECT / ".ci" / "openapi"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    document = json.loads(done.stdout)
    assert document["info"]["version"] == __version__
    assert {"/api/predict", "/api/jobs/{job_id}", "/health"} <= document["paths"].keys()
    assert not (tmp_path / "data").exists()
