"""Script: the symbols of one way to write numbers, what they are worth, and where there are images of them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hwr_core.errors import InvalidValue

WESTERN = "western"
"""The script that is read unless another is asked for: the digits 0 to 9 of most of the world."""

LARGE_UNIT = 10_000
"""From this value on a unit multiplies all that stands before it: 万 and 亿."""

AUTO = "auto"
"""In place of a script: whichever an image shows."""


class ScriptSource(BaseModel):
    """A data set with images of a script.

    An npz file of `images` and `labels`, and `writers` where they are known; or a jsonl.gz file of pen strokes, whose
    labels are the symbols, capital or small.

    `origin`: who made it, and on what terms. `use`: a source to learn from is split by writer into three parts; one to
    "test" is never learned from. `block`: where it names no writers, so many neighbours go to one part. `apart`:
    learned from only once all that scripts share is learned, so that what is learned from it lies in the script's own
    file, as a share-alike licence asks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    origin: str
    use: Literal["learn", "test"] = "learn"
    block: int = Field(20, ge=1)
    apart: bool = False


class Script(BaseModel):
    """One script. `symbols` and `values` go together: what is written, in Unicode, and the number it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z-]{0,30}$")
    title: str
    """Its name in English."""
    native: str
    """Its name, or that of its digits, in its own language."""
    symbols: tuple[str, ...] = Field(min_length=2, max_length=40)
    values: tuple[int, ...]
    direction: Literal["left to right"] = "left to right"
    """In which direction the digits of a number follow one another. That of Arabic text is another matter."""
    about: str
    """Which hands it was learned from, and what to mind."""
    alike: Mapping[str, Mapping[int, int]] = {}
    """Symbols of other scripts that look like one of this: for each script, from its value to the value here."""
    shapes: Mapping[int, tuple[str, ...]] = {}
    """How hands write a value that the sources hardly hold: for each stroke its points in hundredths of a square, from
    the upper left corner, as "20,10 50,90"; strokes stand with a slash between them."""
    sources: tuple[ScriptSource, ...] = ()

    @model_validator(mode="after")
    def _symbols_have_values(self) -> Self:
        if len(self.symbols) != len(self.values):
            raise ValueError(f"there are {len(self.symbols)} symbols and {len(self.values)} values")
        for name, given in (("symbols", self.symbols), ("values", self.values)):
            if len(set(given)) < len(given):
                raise ValueError(f"the {name} are not all different")
        return self

    @property
    def is_apart(self) -> bool:
        """Whether it is learned apart from the network that scripts share."""
        return any(source.apart for source in self.sources)

    @property
    def characters(self) -> tuple[str, ...]:
        """What each symbol is in the text of a number: its value, or itself where some are worth more than 9."""
        return tuple(map(str, self.values)) if max(self.values) <= 9 else self.symbols

    def number(self, text: str) -> int | None:
        """Return what a number is worth whose text has a character for each symbol; None where it makes no number.

        Symbols worth more than 9 multiply what stands before them, and larger ones all of it: 三百二十 is 320.
        """
        if not text or any(character not in self.characters for character in text):
            return None
        values = [self.values[self.characters.index(character)] for character in text]
        if max(values) <= 9:
            return int("".join(map(str, values)))
        total = section = digit = 0
        for value in values:
            if value <= 9:
                digit = value
            elif value < LARGE_UNIT:
                section, digit = section + (digit or 1) * value, 0
            else:
                total, section, digit = total + max(1, section + digit) * value, 0, 0
        return total + section + digit

    def symbol(self, value: int | None) -> str | None:
        """Return the symbol of a value; None for what is no digit of this script."""
        return self.symbols[self.values.index(value)] if value in self.values else None


@cache
def all_scripts() -> Mapping[str, Script]:
    """Return the scripts by name, Western digits first. Raises InvalidValue for a file that is not valid."""
    found = [
        _read(file.name, file.read_bytes()) for file in files(__package__).iterdir() if file.name.endswith(".toml")
    ]
    found.sort(key=lambda script: (script.name != WESTERN, script.name))
    return {script.name: script for script in found}


def find_script(name: str) -> Script:
    """Return a script. Raises InvalidValue where there is none of this name."""
    scripts = all_scripts()
    if name not in scripts:
        raise InvalidValue(f"There is no script {name!r}; there are {', '.join(scripts)}.")
    return scripts[name]


def values_of(name: str) -> tuple[int, ...]:
    """Return what the symbols of a script are worth, in their order; 0 to 9 for one that is not known any more."""
    script = all_scripts().get(name) or find_script(WESTERN)
    return script.values


def symbol_of(name: str, value: int | None) -> str | None:
    """Return how a value is written in a script, None for no digit; in a script that is not known any more, as here."""
    script = all_scripts().get(name)
    found = script.symbol(value) if script else None
    return found if found is not None or value is None else str(value)


def all_values() -> frozenset[int]:
    """Return what any symbol of any script is worth."""
    return frozenset(value for script in all_scripts().values() for value in script.values)


def characters_of_symbols() -> Mapping[str, str]:
    """Return for each symbol of any script its character in the text of a number: 0 to 9, or a numeral as it is."""
    scripts = all_scripts().values()
    return {
        symbol: character
        for script in scripts
        for symbol, character in zip(script.symbols, script.characters, strict=True)
    }


def _read(file: str, content: bytes) -> Script:
    values: dict[str, Any] = tomllib.loads(content.decode())
    try:
        return Script.model_validate({"name": file.removesuffix(".toml"), **values})
    except ValidationError as error:
        raise InvalidValue(f"The script file {file} is not valid: {error}") from error
