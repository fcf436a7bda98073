"""Everything that can go wrong on purpose. Knows no HTTP and no page: the front rooms map these.

A message says what was wrong, what was given and what is allowed; it holds no path, no SQL and no library's text,
so that any of them may be shown to a stranger.
"""


class HwrError(Exception):
    """Base of every error that hwr raises on purpose."""


class ImageError(HwrError, ValueError):
    """The bytes given cannot be used as an image."""


class NotAnImage(ImageError):
    """The bytes are of no image format that hwr reads."""


class UnreadableImage(ImageError):
    """The bytes begin like an image but are damaged or cut short."""


class ImageTooLarge(ImageError):
    """The image has more bytes or pixels than the limits allow."""


class NoInk(ImageError):
    """The image holds no writing: blank paper or mere noise."""


class InvalidValue(HwrError, ValueError):
    """A value lies outside what is allowed."""


class NotFound(HwrError, LookupError):
    """What was asked for does not exist."""


class UserNotFound(NotFound):
    """No user has this id."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"There is no user {user_id}.")


class Conflict(HwrError):
    """What was asked for clashes with what is there."""


class JobConflict(Conflict):
    """A job is not in the state that a move starts from."""


class PromotionRefused(Conflict):
    """A version may not be served: it is worse than the champion, or nobody has measured it."""


class Stopped(HwrError):
    """Work was asked to stop and did; what it had finished is kept."""


class UserInactive(HwrError):
    """A deactivated user cannot add anything to the history."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"User {user_id} is deactivated and cannot add to the history. Activate the user first.")


class NotSignedIn(HwrError):
    """Nobody is signed in, or not with this name and password, key or token."""


class NotAllowed(HwrError):
    """The role of whoever asks does not allow this, or it is another person's."""


class TooManyRequests(HwrError):
    """Asked or guessed too often; `retry_after` is in how many seconds it may be tried again."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailable(HwrError):
    """No usable model version: none is there, or its files are damaged."""


class DatasetMissing(HwrError):
    """A data set that was asked for is not in the datasets folder."""


class StoreError(HwrError):
    """The history cannot be read or written at present."""


class StoreBusy(StoreError):
    """Another process held the database file for longer than we were willing to wait."""


class StoreUnavailable(StoreError):
    """The database file cannot be opened or written: damaged, read-only, disk full, or of a newer hwr."""
