"""Results show themselves as HTML in IPython, and cost nothing elsewhere."""

import subprocess
import sys
from dataclasses import replace

import nbformat
import pytest
from nbclient import NotebookClient

import hwr_core
from hwr_core.notebook.display import as_html
from hwr_core.settings import PROJECT
from tests.handwriting import drawing
from tests.notebook.showing import html_of

READ = "read('notebooks/pictures/seven.png')"


@pytest.mark.parametrize(
    "cells",
    [
        ["from hwr_core import read", READ],
        [
            "from hwr_core.notebook.prediction import read",
            "%load_ext hwr_core.notebook",
            READ,
        ],
    ],
    ids=["used", "loaded"],
)
def test_a_notebook_shows_a_prediction_as_html(cells):
    """In a real kernel, whichever way the name was imported."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": PROJECT}}).execute()

    [output] = notebook.cells[-1].outputs
    assert "<img" in output["data"]["text/html"]
    assert "Prediction(" in output["data"]["text/plain"]


def test_outside_ipython_no_display_is_loaded():
    """Who reads an image in a script loads neither IPython nor what would show the prediction."""
    source = (
        f"import sys, hwr_core; hwr_core.{READ}; print({{'IPython', 'hwr_core.notebook.display'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=PROJECT)

    assert done.stdout.strip() == "set()"


def test_markup_in_a_name_is_shown_as_text():
    """A model version, a data set or a caption of any name cannot write into the page."""
    prediction = replace(hwr_core.read(drawing(7)), model_version="<script>alert(1)</script>")

    html = html_of(prediction)

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_what_has_no_display_is_left_to_ipython():
    """Only our own records are shown by us; as_html itself escapes the text of anything."""
    assert html_of("<b>text</b>") is None
    assert as_html("<b>text</b>") == "<pre>&#x27;&lt;b&gt;text&lt;/b&gt;&#x27;</pre>"
