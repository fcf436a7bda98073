"""The code blocks of Markdown files, as CommonMark finds them."""

from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from hwr_core.settings import PROJECT


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced or an indented block; `line` is that of its first line of code, from 1."""

    document: str
    heading: str
    language: str
    code: str
    line: int

    def __str__(self) -> str:
        """Where it stands, as editors open it."""
        return f"{self.document}:{self.line}"

    @property
    def first_line(self) -> str:
        """What names it in a table."""
        return self.code.splitlines()[0]


@cache
def blocks_of(document: str) -> tuple[Block, ...]:
    """Return all blocks of a file, which is named from the checkout's folder, in their order."""
    found, heading = [], ""
    for token in (tokens := iter(MarkdownIt("commonmark").parse((PROJECT / document).read_text(encoding="utf-8")))):
        if token.type == "heading_open":
            heading = next(tokens).content
        if token.type in ("fence", "code_block") and token.map:
            line = token.map[0] + (2 if token.type == "fence" else 1)
            found.append(Block(document, heading, token.info.strip(), token.content, line))
    return tuple(found)
