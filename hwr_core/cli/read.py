"""hwr read: a line for each image file; with --number, one for each line of digits in it."""

from typing import Annotated

from cyclopts import Parameter

from hwr_core.cli.arguments.options import FILE_OR_DASH, AsJson, Flag
from hwr_core.errors import InvalidValue
from hwr_core.records.users import DEFAULT_USER
from hwr_core.scripts.script import WESTERN


def read(  # noqa: PLR0913  one for each option
    files: Annotated[
        list[str] | None,
        FILE_OR_DASH,
        Parameter(name="FILE...", help="Image file, or - for standard input; the image in the clipboard without."),
    ] = None,
    /,
    *,
    as_json: AsJson = False,
    record: Flag = False,
    user: int = DEFAULT_USER,
    number: Flag = False,
    script: str = WESTERN,
    enhancement_level: float = 1.0,
    max_error: float | None = None,
    pattern: str | None = None,
) -> int:
    """Read a digit from each image file.

    Args:
        record: Store the predictions in the history; with --number, the numbers.
        user: Whose predictions they are.
        number: Read all digits of each image, TIFF or PDF.
        script: The script of the digits, such as kannada, or auto for whichever an image shows.
        enhancement_level: 0 to 3, how hard to clean the image.
        max_error: With --number, the share of accepted lines that may be wrong; HWR_MAX_ERROR when not given.
        pattern: With --number, what each line may be, such as "digits 8, luhn"; what does not fit is never accepted.
    """
    from hwr_core.cli.arguments.files import CLIPBOARD
    from hwr_core.cli.output.numbers import print_numbers
    from hwr_core.cli.output.predictions import print_predictions

    files = files or [CLIPBOARD]
    if not number:
        for option, value in (("--max-error", max_error), ("--pattern", pattern)):
            if value is not None:
                raise InvalidValue(f"{option} needs --number.")
        return print_predictions(files, enhancement_level, script, keep_for=user if record else None, as_json=as_json)
    options = {"enhancement_level": enhancement_level, "script": script, "max_error": max_error, "pattern": pattern}
    return print_numbers(files, options, keep_for=user if record else None, as_json=as_json)
