"""Uploaded files: their content, and the safe part of the name that the client gave them."""

import re

from fastapi import UploadFile

LONGEST_NAME = 255
UNNAMED = "unnamed"

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def named_content(file: UploadFile) -> tuple[str, bytes]:
    """Return the file's name, as `bare_name` leaves it, and its content."""
    return bare_name(file.filename or ""), file.file.read()


async def received(file: UploadFile) -> tuple[str, bytes]:
    """Return the same, for coroutines: what lies in memory costs no thread, which takes longer than reading it."""
    return bare_name(file.filename or ""), await file.read()


def bare_name(name: str) -> str:
    """Return a client's file name without folders and control characters, at most 255 characters long."""
    bare = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    return _UNPRINTABLE.sub("", bare)[:LONGEST_NAME] or UNNAMED
