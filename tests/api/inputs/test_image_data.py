"""Base64 as clients write it."""

import base64
import textwrap
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inputs.image_data import image_bytes
from hwr_core.errors import InvalidValue, UnreadableImage


@given(st.binary(min_size=1))
def test_every_spelling_gives_the_same_bytes(content: bytes) -> None:
    """A prefix, line breaks, the URL-safe alphabet and a missing padding change nothing."""
    plain = base64.b64encode(content).decode()
    url_safe = base64.urlsafe_b64encode(content).decode().rstrip("=")
    lines = "\r\n".join(textwrap.wrap(plain, 76))
    for spelling in (plain, url_safe, lines, f"  {plain}\n", f"data:image/png;base64,{plain}", f"DATA:;BASE64,{lines}"):
        assert image_bytes(spelling) == content


@given(st.text())
def test_any_text_is_bytes_or_an_error_of_ours(text: str) -> None:
    """Nothing but the two errors named comes out, whatever goes in."""
    with suppress(InvalidValue, UnreadableImage):
        assert isinstance(image_bytes(text), bytes)


@pytest.mark.parametrize("text", ["A", "AAAAA", "AA=A", "Ä", "AAAA*", "data:image/png,AAAA", "data:"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    """One digit too many, padding in the middle and foreign characters are refused, not guessed at."""
    with pytest.raises(UnreadableImage):
        image_bytes(text)
