"""Which scripts a model version reads, and how well."""

from dataclasses import dataclass

from hwr_core.registry.registry import ModelVersion
from hwr_core.scripts.script import WESTERN, Script, find_script


@dataclass(frozen=True, slots=True)
class ReadScript:
    """A script that a version reads.

    `accuracy`: the share of single digits by other writers that are read right; None where it was not measured.
    `named`: the share of them for which the script is found out; None where it cannot be.
    """

    script: Script
    model_version: str
    accuracy: float | None
    named: float | None


def scripts_of(version: ModelVersion) -> list[ReadScript]:
    """Return the scripts that a version reads, the Western one first."""
    card = version.card.scripts
    named = card.named if card else {}
    western = ReadScript(find_script(WESTERN), version.name, version.card.test_accuracy, named.get(WESTERN))
    others = [
        ReadScript(each.script, version.name, each.accuracy, named.get(each.script.name))
        for each in (card.scripts if card else ())
    ]
    return [western, *others]
