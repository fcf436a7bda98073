"""What people say of a model version or a job: a title, tags and notes. They change nothing of it."""

import logging
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from hwr_core.errors import InvalidValue
from hwr_core.files import because, write_whole

FILE = "notes.json"
LONGEST_TITLE, MOST_TAGS, LONGEST_TAG, LONGEST_TEXT = 80, 10, 30, 2000

log = logging.getLogger(__name__)


class Notes(BaseModel):
    """A title of up to 80 characters, up to 10 tags of up to 30, and notes of up to 2,000; all may be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""

    def in_words(self) -> list[str]:
        """Return those of title, tags (as #tag) and text that are not empty."""
        return [words for words in (self.title, " ".join(f"#{tag}" for tag in self.tags), self.text) if words]

    @field_validator("title")
    @classmethod
    def _one_line(cls, title: str) -> str:
        return _checked(title, LONGEST_TITLE, "the title")

    @field_validator("tags")
    @classmethod
    def _few_short_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(tag for each in tags if (tag := _checked(each, LONGEST_TAG, "a tag"))))
        if len(found) > MOST_TAGS:
            raise ValueError(f"there are {len(found)} tags; up to {MOST_TAGS} are allowed")
        return found

    @field_validator("text")
    @classmethod
    def _not_too_long(cls, text: str) -> str:
        if len(text) > LONGEST_TEXT or any("\ud800" <= character <= "\udfff" for character in text):
            raise ValueError(f"the notes have {len(text):,} characters; up to {LONGEST_TEXT:,} whole ones are allowed")
        return text.strip()


def notes_of(title: str, tags: tuple[str, ...], text: str) -> Notes:
    """Return notes of these words. Raises InvalidValue."""
    try:
        return Notes(title=title, tags=tags, text=text)
    except ValidationError as error:
        words = "; ".join(str(each["ctx"]["error"]) for each in error.errors() if "ctx" in each)
        raise InvalidValue(f"{words[:1].upper()}{words[1:]}.") from error


def read_notes(folder: Path) -> Notes:
    """Return the notes in a folder; empty where there are none, or where they are damaged."""
    try:
        return Notes.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        return Notes()
    except (OSError, ValidationError) as error:
        log.warning("The notes in %s cannot be read%s.", folder, because(error))
        return Notes()


def write_notes(folder: Path, notes: Notes) -> None:
    """Replace the notes in a folder, atomically. Raises OSError."""
    write_whole(folder / FILE, notes.model_dump_json(indent=1).encode())


def _checked(words: str, most: int, what: str) -> str:
    words = " ".join(words.split())
    if len(words) > most or not words.isprintable():
        raise ValueError(f"{what} is {words[:most]!r}; up to {most} printable characters are allowed")
    return words
