"""A password, asked for where nobody else can see it."""

import getpass
import sys

from hwr_core.errors import InvalidValue


def asked_password(username: str) -> str:
    """Return a password typed twice, or the first line of standard input; never an argument, which others could see.

    Raises InvalidValue where the two differ or the password is too weak.
    """
    from hwr_core.auth.passwords import confirm_password

    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass.getpass(f"Password for {username}: ")
        if getpass.getpass("The same again: ") != password:
            raise InvalidValue("The two passwords differ.")
    confirm_password(password, username)
    return password
