"""What an object store answers, in words of ours. A library's text never gets out: it can quote signed requests.

The words name no bucket, since clients of the server see them; a note does, for whoever sees this machine.
"""

import re

from hwr_core.errors import StorageUnavailable

_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist", re.IGNORECASE)
_NO_CREDENTIALS = re.compile(
    r"169\.254\.169\.254|metadata\.google\.internal|service account|Account must be specified|Invalid Access Key|"
    r"MissingCredentials|credential",
    re.IGNORECASE,
)
_REFUSED = frozenset({"401", "403"})


def is_missing_bucket(text: str) -> bool:
    """Whether a text of the library says that the bucket, not the file, is not there."""
    return _NO_BUCKET.search(text) is not None


def unavailable(text: str, place: str, variables: str) -> StorageUnavailable:
    """Return the error for a text of the library.

    Args:
        text: what it says.
        place: the URL of the storage, for the note.
        variables: the variables of the environment from which credentials are read.
    """
    status, code = _STATUS.search(text), _CODE.search(text)
    if is_missing_bucket(text):
        words = "The object storage has no bucket of the name that is set."
    elif status is not None and status[1] in _REFUSED and "169.254.169.254" not in text:
        words = "The object storage refuses: the credentials are wrong or do not allow this."
    elif _NO_CREDENTIALS.search(text):
        words = "There are no credentials for the object storage, or they cannot be used."
    elif status is not None:
        words = "The object storage has answered with an error. Try again later."
    else:
        words = "The object storage cannot be reached. Try again later."
    error = StorageUnavailable(words)
    answer = " ".join(found[1] for found in (status, code) if found)
    error.add_note(f"It is {place}{f', which answered {answer}' if answer else ''}. Credentials come from {variables}.")
    return error
