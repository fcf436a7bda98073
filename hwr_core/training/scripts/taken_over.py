"""What a version reads of other scripts, as the next one takes it over."""

from dataclasses import dataclass

from hwr_core.errors import ModelUnavailable
from hwr_core.registry.card import Scripts
from hwr_core.registry.registry import SCRIPTS_HEADS, SCRIPTS_LITERT, ModelVersion, Registry


@dataclass(frozen=True, slots=True)
class ScriptFiles:
    """The files of the scripts of a version, and what the model card says of them."""

    card: Scripts
    files: dict[str, bytes]


def champions_scripts(registry: Registry) -> ScriptFiles | None:
    """Return the scripts of the version that is served, None if it reads Western digits only."""
    try:
        champion = registry.champion()
    except ModelUnavailable:
        return None
    return scripts_of(champion)


def scripts_of(version: ModelVersion) -> ScriptFiles | None:
    """Return the scripts of a version, None if it reads Western digits only. Raises ModelUnavailable."""
    card = version.card.scripts
    if card is None:
        return None
    scripts = tuple(each.model_copy(update={"taken_from": each.taken_from or version.name}) for each in card.scripts)
    names = [SCRIPTS_LITERT, SCRIPTS_HEADS, *(each.file for each in scripts)]
    return ScriptFiles(
        card.model_copy(update={"taken_from": card.taken_from or version.name, "scripts": scripts}),
        {name: version.read_file(name) for name in names},
    )
