"""The image in a JSON body: base64, with or without a data-URL prefix."""

import binascii

from hwr_core.errors import InvalidValue, UnreadableImage

_URL_SAFE = str.maketrans("-_", "+/")
_NEEDED = "base64 is needed, with or without the prefix of a data URL"


def image_bytes(image_data: str) -> bytes:
    """Return the file behind base64; white space, missing padding and the URL-safe alphabet are accepted.

    Raises:
        InvalidValue: it is empty.
        UnreadableImage: it is not base64.
    """
    digits = "".join(_payload(image_data).split()).rstrip("=").translate(_URL_SAFE)
    if not digits:
        raise InvalidValue(f"image_data is empty; {_NEEDED}.")
    try:
        return binascii.a2b_base64(digits + "=" * (-len(digits) % 4), strict_mode=True)
    except ValueError as error:
        raise UnreadableImage(f"image_data is not base64; {_NEEDED}.") from error


def _payload(image_data: str) -> str:
    image_data = image_data.lstrip()
    if image_data[:5].lower() != "data:":
        return image_data
    prefix, comma, payload = image_data.partition(",")
    if not comma or not prefix.rstrip().lower().endswith(";base64"):
        raise UnreadableImage(f"image_data is a data URL without base64; {_NEEDED}.")
    return payload
