"""The files of deploy/cloud: settings of ours, secrets by reference, our port and our image's version."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hwr_core.settings import PROJECT, Settings

FOLDER = PROJECT / "deploy" / "cloud"
FILES = sorted(FOLDER.glob("*.yaml"))


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """Takes CloudFormation's tags as what they are of."""


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _plain)


def _entries(found: Any) -> Iterator[dict[str, Any]]:
    """Each mapping with a name, in either spelling, in small letters."""
    if isinstance(found, dict):
        small = {str(key).lower(): value for key, value in found.items()}
        if isinstance(small.get("name"), str):
            yield small
    for each in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _entries(each)


def _variables(file: Path) -> dict[str, dict[str, Any]]:
    content = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  it derives from the safe one
    return {each["name"]: each for each in _entries(content) if each["name"].startswith("HWR_")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_settings_are_ours_and_take_their_values(file: Path) -> None:
    """What is given as text is valid; sign-in is required of everybody."""
    variables = _variables(file)
    assert {name.removeprefix("HWR_").lower() for name in variables} <= Settings.model_fields.keys()
    given = {name.removeprefix("HWR_").lower(): each.get("value") for name, each in variables.items()}
    literal = {
        name: re.sub(r"\$\{\w+\}", "name", value)
        for name, value in given.items()
        if value and name != "trusted_proxies"
    }
    settings = Settings.model_validate(
        {name: value for name, value in literal.items() if name in Settings.model_fields}
    )
    assert settings.has_sign_in
    assert settings.cookie_secure


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_secrets_come_by_reference(file: Path) -> None:
    """The key that signs tokens and the database's address stand in no file."""
    variables = _variables(file)
    for name in ("HWR_SECRET", "HWR_DATABASE_URL"):
        assert "value" not in variables[name]
        assert {"valuefrom", "secretref"} & variables[name].keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_server_is_asked_at_its_port_whether_it_is_ready(file: Path) -> None:
    """The image's own port; and an image that is named has the package's version."""
    text = file.read_text(encoding="utf-8")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert "/health/ready" in text
    assert {*re.findall(r"ort: (\d+)\b", text)} - {"443", "5432", "2049"} == {
        str(Settings.model_fields["port"].default)
    }
    assert {*re.findall(r"/hwr:([\d.]+)", text)} <= {version}


@pytest.mark.skipif(shutil.which("cfn-lint") is None, reason="cfn-lint is not installed (`make manifests` has it).")
def test_cloudformation_takes_its_file() -> None:
    """Its linter finds nothing, not even to be warned of."""
    command = ["cfn-lint", str(FOLDER / "aws.yaml")]  # whichever is installed
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
