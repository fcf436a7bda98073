"""Addresses, host names and paths that settings and commands take. What is not allowed is a ValueError in words."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

OBJECT_STORES = ("s3://", "gs://", "az://")
"""How the URLs of object stores begin."""
BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_HOST = re.compile(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*")
"""A host name; `*.` stands for all names below it."""


def listed(words: str) -> tuple[str, ...]:
    """Return words that commas separate."""
    return tuple(word.strip() for word in words.split(",") if word.strip())


def at_home(path: Path) -> Path:
    """Return a path whose `~` is the user's home folder."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("there is no home folder of this user") from error


def is_own_address(host: str) -> bool:
    """Whether only this machine can reach an address; any name other than localhost may be that of another machine."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    # A socket for both versions of IP writes 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an IP address is one of these, or in one of these networks; what is no IP address is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in map(ip_network, networks) if network.version == found.version)


def storage_address(url: str) -> str:
    """Return the URL of a storage without a slash at its end; any other is refused, and so are credentials."""
    parts = urlsplit(url)
    if not url.startswith((*OBJECT_STORES, "file:///")) or any(ord(sign) <= ord(" ") for sign in url):
        raise ValueError("a storage is s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///folder")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("a storage has no user, password, `?` or `#`; credentials come from the environment")
    if parts.scheme != "file" and not BUCKET.fullmatch(parts.netloc):
        raise ValueError("the name of a bucket has 3 to 63 lower-case letters, digits, dots, hyphens and underscores")
    if any(part in {".", ".."} for part in parts.path.split("/")) or "//" in parts.path:
        raise ValueError("the prefix of a storage has no empty part, `.` or `..`")
    return url.rstrip("/")


def _of_issuer(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_own_address(parts.hostname))
    ):
        raise ValueError("an issuer starts with https://; http:// is allowed only on this machine")
    return url.rstrip("/")


def _of_postgresql(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("a database is an address that begins with postgresql://")
    if not parts.path.strip("/"):
        raise ValueError("the address names no database: postgresql://host:port/name")
    return url


def _of_redis(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if not (parts.scheme in {"redis", "rediss", "valkey", "valkeys"} and parts.hostname):
        raise ValueError("shared counters are an address that begins with redis://, rediss:// or valkey://")
    try:
        _ = parts.port
    except ValueError:  # whose words have a part of the password in them
        raise ValueError(
            "the port is no number; characters such as / and @ in a password have to be percent-encoded"
        ) from None
    return url


def _of_webhook(url: SecretStr) -> SecretStr:
    if not _is_of_the_web(url.get_secret_value()):
        raise ValueError("a webhook is an address that begins with https:// or http://")
    return url


def _of_mirror(place: str) -> str:
    if "://" not in place:
        at_home(Path(place))
    elif place.startswith(OBJECT_STORES):
        return storage_address(place)
    elif not _is_of_the_web(place):
        raise ValueError("a mirror is a folder, or an address that begins with https://, http:// or s3://")
    return place


def _is_of_the_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _networks(proxies: str) -> str:
    for each in listed(proxies):
        ip_network(each)
    return proxies


def _host_names(hosts: str) -> str:
    if wrong := [host for host in listed(hosts) if not _HOST.fullmatch(host)]:
        raise ValueError(
            f"{wrong[0]} is not a host name such as hwr.example.org or *.example.org, without port and path"
        )
    return hosts.lower()


PostgreSqlUrl = Annotated[SecretStr, AfterValidator(_of_postgresql)]
RedisUrl = Annotated[SecretStr, AfterValidator(_of_redis)]
Webhook = Annotated[SecretStr, AfterValidator(_of_webhook)]
Issuer = Annotated[str, AfterValidator(_of_issuer)]
StorageUrl = Annotated[str, AfterValidator(storage_address)]
Mirror = Annotated[str, AfterValidator(_of_mirror)]
Networks = Annotated[str, AfterValidator(_networks)]
HostNames = Annotated[str, AfterValidator(_host_names)]
HomePath = Annotated[Path, AfterValidator(at_home)]
"""A path that may begin with `~`."""
Folder = Annotated[Path, AfterValidator(lambda path: at_home(path).resolve())]
"""The same, made absolute."""
