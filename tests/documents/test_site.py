"""The site has all documents, and lays out what they show and lead to."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hwr_core.settings import PROJECT
from tests.documents.test_every_block import DOCUMENTS

SITE = yaml.safe_load((PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))


def _pages(entry: Any) -> list[str]:
    """All documents of an entry of the navigation, and of those below it."""
    if isinstance(entry, str):
        return [entry]
    below = entry.values() if isinstance(entry, dict) else entry
    return [page for each in below for page in _pages(each)]


def test_every_document_is_a_page_of_the_site() -> None:
    """Once; a new one has to be given its place."""
    assert sorted(_pages(SITE["nav"])) == [name for name in DOCUMENTS if not name.startswith("tests/")]


def test_what_documents_show_is_laid_out_and_code_is_not(tmp_path: Path) -> None:
    """From what git knows, in the folders in which links find it."""
    if not (PROJECT / ".git").exists():
        pytest.skip("this is no checkout")
    checkout = tmp_path / "hwr"
    git = shutil.which("git") or "git"
    subprocess.run([git, "clone", "--quiet", "--depth", "1", f"file://{PROJECT}", checkout], check=True)
    shutil.copy(PROJECT / ".ci" / "site", checkout / ".ci" / "site")
    subprocess.run([checkout / ".ci" / "site"], check=True)
    sources = checkout / SITE["docs_dir"]
    found = {str(file.relative_to(sources)) for file in sources.rglob("*") if file.is_file()}
    assert {"README.md", "api/README.md", "dashboard/screenshots/home.png", "notebooks/01-data.ipynb"} < found
    assert not [name for name in found if name.endswith((".py", ".toml")) or name.startswith("tests/")]
