"""The errors that hwr raises on purpose. They know no HTTP and no page: the front ends map them.

A message says what is wrong, what was given and what is allowed. It contains no path, no SQL and no text of a library,
so that it may be shown to any client.
"""


class HwrError(Exception):
    """Base of every error that hwr raises on purpose."""


class ImageError(HwrError, ValueError):
    """The bytes cannot be used as an image."""


class NotAnImage(ImageError):
    """The bytes are in no image format that hwr reads."""


class UnreadableImage(ImageError):
    """The bytes start like an image but are damaged or truncated."""


class ImageTooLarge(ImageError):
    """The image has more bytes or pixels than the limits allow."""


class TakesTooLong(ImageError):
    """The document takes more time to read than is allowed."""


class NoInk(ImageError):
    """The image holds no foreground: it is blank or mere noise."""


class NotThisForm(ImageError):
    """The image does not show the form whose fields are to be read."""


class InvalidValue(HwrError, ValueError):
    """A value lies outside what is allowed."""


class NotFound(HwrError, LookupError):
    """The thing asked for does not exist."""


class UserNotFound(NotFound):
    """No user has this id."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"There is no user {user_id}.")


class Conflict(HwrError):
    """The request conflicts with the present state."""


class JobConflict(Conflict):
    """A job is not in the state that a transition starts from."""


class PromotionRefused(Conflict):
    """A version may not be served: it is worse than the champion, or has not been evaluated."""


class Stopped(HwrError):
    """Work stopped on request; what it had finished is kept."""


class UserInactive(HwrError):
    """The user is deactivated and cannot add anything."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"User {user_id} is deactivated. Activate the user first.")


class NotSignedIn(HwrError):
    """Nobody is signed in, or the password, session, key or token is not valid."""


class NotAllowed(HwrError):
    """The caller's role does not allow this, or the data belongs to another user."""


class TooManyRequests(HwrError):
    """Too many requests or failed sign-ins; `retry_after` is the number of seconds to wait."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailable(HwrError):
    """No model version can be used: there is none, or its files are damaged."""


class WorkerLost(HwrError):
    """A process that reads images was ended from outside, for want of memory maybe."""


class NotInstalled(HwrError):
    """What this needs was left out when hwr was installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what}, which is not installed here. Install it with `pip install 'hwr[{extra}]'`.")
        self._given = what, extra

    def __reduce__(self) -> tuple[type["NotInstalled"], tuple[str, str]]:
        """Tell how to make it anew, in the process that it is sent to."""
        return type(self), self._given


class DatasetMissing(HwrError):
    """A data set is not in the datasets folder."""


class StoreError(HwrError):
    """The history cannot be read or written at present."""


class StoreBusy(StoreError):
    """Another process held the database file for longer than the timeout."""


class StoreUnavailable(StoreError):
    """The database file cannot be opened or written: damaged, read-only, on a full disk, or of a newer hwr."""


class StorageUnavailable(StoreError):
    """The object storage cannot be reached, refuses, or has no such bucket."""
