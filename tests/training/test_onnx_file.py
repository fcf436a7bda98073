"""A version's network as an ONNX file: run by ONNX's own runtime, it says what the served network says."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from hwr_core.cli import main
from hwr_core.images.normalise import normalise
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from hwr_core.training import onnx_file
from tests.handwriting import drawing

SERVED = Registry(PROJECT / "models").champion()


@pytest.mark.slow
def test_the_file_says_what_the_served_network_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the names of the guide, by a valid file; a file that is there is not replaced."""
    file = tmp_path / "digits.onnx"
    assert main(["models", "onnx", "champion", str(file)]) == 0
    assert f"{SERVED.name} is in {file}" in capsys.readouterr().out
    onnx.checker.check_model(onnx.load(file), full_check=True)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    assert [(each.name, each.shape) for each in session.get_inputs()] == [("image", [1, 28, 28, 1])]
    recogniser = Recogniser.load(SERVED, cores=1)
    for digit in range(10):
        seen = normalise(drawing(digit))
        [said] = session.run(["probabilities"], {"image": seen.astype(np.float32).reshape(1, 28, 28, 1)})
        np.testing.assert_allclose(said[0], recogniser.shares_of(seen), atol=1e-4)
        assert int(np.argmax(said[0])) == digit
    recogniser.close()
    assert main(["models", "onnx", "champion", str(file)]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.slow
def test_a_file_that_says_something_else_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A converter that spoils a weight is found out."""
    converted = onnx_file.converted_to_onnx

    def spoilt(network: bytes) -> bytes:
        model = onnx.load_from_string(converted(network))
        largest = max(model.graph.initializer, key=lambda each: len(each.raw_data))
        largest.raw_data = bytes(len(largest.raw_data))
        return bytes(model.SerializeToString())

    monkeypatch.setattr(onnx_file, "converted_to_onnx", spoilt)
    with pytest.raises(onnx_file.ConversionFailed, match="is allowed"):
        onnx_file.onnx_of(SERVED)


def test_what_is_missing_is_said_with_the_command_to_get_it(tmp_path: Path) -> None:
    """In an environment without the converter."""
    source = (
        "import sys; sys.modules['tf2onnx.convert'] = None; from hwr_core.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", source, "models", "onnx", "champion", str(tmp_path / "digits.onnx")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'hwr[train,onnx]'" in done.stderr
    assert not (tmp_path / "digits.onnx").exists()
