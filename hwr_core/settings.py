"""One frozen Settings object, read once from HWR_* variables and `.env` and passed down. No global instance."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from limits import parse
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hwr_core.errors import InvalidValue

PROJECT = Path(__file__).resolve().parents[1]
MIB = 1024 * 1024
WITH_SIGN_IN: frozenset[str] = frozenset({"required"})
"""The values of `auth` with which people have to sign in."""
HOST = re.compile(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*")
"""A name that a server may go by; with the star all below it."""


def _formerly(name: str, old: str) -> AliasChoices:
    """The variable of a field, also by the name that it had before."""
    return AliasChoices(f"HWR_{name}", f"HWR_{old}")


class Settings(BaseSettings):
    """Paths, limits and timeouts. Each field is the variable HWR_<FIELD>; `.env` in the working folder is read too."""

    model_config = SettingsConfigDict(
        env_prefix="HWR_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    data_dir: Path = Field(PROJECT / "data", description="Folder of everything made at run time")
    models_dir: Path = Field(PROJECT / "models", description="Folder of model versions")
    datasets_dir: Path | None = Field(None, description="Folder of training data; DATA_DIR/datasets when not set")

    host: str = Field("127.0.0.1", description="Address the server binds to")
    port: int = Field(8000, ge=0, le=65535, description="Port the server binds to; 0 takes any free one")

    auth: Literal["off", "required"] = Field("off", description="Sign-in: `off`, or `required` of everybody")
    secret: SecretStr | None = Field(
        None, min_length=32, description="What signs tokens, 32 characters or more; made in DATA_DIR when not set"
    )
    session_hours: float = Field(12, gt=0, le=24 * 365, description="Hours until a browser has to sign in again")
    token_minutes: float = Field(15, gt=0, le=24 * 60, description="Minutes that a token of /api/token holds")
    cookie_secure: bool = Field(
        default=False, description="Send the cookie over HTTPS alone, also where the proxy does not tell of HTTPS"
    )
    cors_origins: str = Field(
        "", description="Other sites whose pages may use the API, separated by commas; none when empty"
    )
    rate_limit: str = Field(
        "1200/minute", description="Most requests of a person, a key or an address; only where sign-in is required"
    )

    oidc_issuer: str | None = Field(
        None, description="Identity provider by which people sign in (OpenID Connect): its issuer, https://..."
    )
    oidc_client_id: str = Field("", description="What the identity provider knows hwr by")
    oidc_client_secret: SecretStr | None = Field(None, description="What hwr shows the identity provider; may be none")
    oidc_client_secret_file: Path | None = Field(None, description="File that holds HWR_OIDC_CLIENT_SECRET")
    oidc_name: str = Field("single sign-on", max_length=40, description="The provider's name on the sign-in page")
    oidc_create_for: str = Field(
        "",
        description="Whose first sign-in by the provider makes them a viewer: domains of verified addresses, separated "
        "by commas, or `*` for all it lets in; nobody when empty: an admin has to add people",
    )

    allowed_hosts: str = Field(
        "",
        description="Names the server goes by, separated by commas, `*.example.org` for all below; its addresses, and "
        "names of its own network, always count. Empty: any where people sign in, else no others",
    )
    allow_open: bool = Field(
        False, description="Let in everybody who reaches an address of this machine, without sign-in"
    )

    max_image_bytes: int = Field(
        20 * MIB,
        ge=1024,
        description="Largest image file, in bytes",
        validation_alias=_formerly("MAX_IMAGE_BYTES", "MAX_PICTURE_BYTES"),
    )
    max_image_pixels: int = Field(
        50_000_000,
        ge=784,
        description="Largest image, in pixels",
        validation_alias=_formerly("MAX_IMAGE_PIXELS", "MAX_PICTURE_PIXELS"),
    )
    max_document_pages: int = Field(50, ge=1, description="Most pages of a PDF or TIFF whose numbers are read")
    max_batch_files: int = Field(100, ge=1, description="Most files in one batch")
    max_request_bytes: int = Field(64 * MIB, ge=1024, description="Largest request body, in bytes")
    max_page: int = Field(1000, ge=1, description="Most history rows in one answer")

    max_zip_files: int = Field(20_000, ge=1, description="Most entries in a ZIP of labelled images")
    max_zip_bytes: int = Field(1024 * MIB, ge=1024, description="Most bytes a ZIP of labelled images unpacks to")

    job_width: int = Field(1, ge=1, le=16, description="Jobs (trainings, tunings, evaluations) that run at once")
    job_cores: int | None = Field(
        None, ge=1, description="Cores a job may use; all when not set. Predictions go before jobs in any case"
    )

    keep_predictions_days: int | None = Field(
        None,
        ge=1,
        description="Days until `hwr prune` removes predictions; kept for ever when not set",
        validation_alias=_formerly("KEEP_PREDICTIONS_DAYS", "KEEP_READINGS_DAYS"),
    )
    keep_uploads_days: int = Field(
        30,
        ge=0,
        description="Days until `hwr prune` removes uploaded files; 0 keeps none from the start",
        validation_alias=_formerly("KEEP_UPLOADS_DAYS", "KEEP_ORIGINALS_DAYS"),
    )

    store_busy_timeout: float = Field(5.0, ge=0, description="Seconds to wait for a database held by another process")
    store_idle_release: float = Field(0.5, ge=0, description="Idle seconds after which the database is released")

    log_format: Literal["console", "json"] = Field("console", description="Form of log lines: `console` or `json`")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged")
    log_file: Path = Field(
        Path("logs/app.log"), description="Log file of a server, beside stderr, in DATA_DIR; `off` writes none"
    )

    @property
    def has_sign_in(self) -> bool:
        """Whether people have to say who they are."""
        return self.auth in WITH_SIGN_IN

    @property
    def database(self) -> Path:
        """The one DuckDB file."""
        return self.data_dir / "hwr.duckdb"

    @property
    def secret_file(self) -> Path:
        """What signs tokens where HWR_SECRET is not set."""
        return self.data_dir / "secret"

    @property
    def origins(self) -> tuple[str, ...]:
        """The other sites whose pages may use the API."""
        return tuple(origin.rstrip("/") for origin in _listed(self.cors_origins))

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that the server goes by beside its own network's."""
        return _listed(self.allowed_hosts) or (("*",) if self.has_sign_in else ())

    @property
    def oidc_secret(self) -> str | None:
        """What hwr shows the identity provider. Raises InvalidValue where its file cannot be read."""
        if self.oidc_client_secret_file is None:
            return None if self.oidc_client_secret is None else self.oidc_client_secret.get_secret_value()
        try:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue("The file that HWR_OIDC_CLIENT_SECRET_FILE names cannot be read.") from error

    def oidc_may_join(self, email: str | None) -> bool:
        """Whether the provider's word is enough to add somebody with this verified address."""
        domains = _listed(self.oidc_create_for.lower())
        return "*" in domains or (email is not None and email.rpartition("@")[2].lower() in domains)

    @property
    def uploads(self) -> Path:
        """Folder of the image files that were sent."""
        return self.data_dir / "originals"

    @property
    def custom_dataset(self) -> Path:
        """Folder of people's own labelled images: a folder for each digit, and `none` for what is no digit."""
        return self.data_dir / "custom_dataset"

    @property
    def jobs(self) -> Path:
        """Folder of jobs: events, log, checkpoints, one folder each."""
        return self.data_dir / "jobs"

    @property
    def datasets(self) -> Path:
        """Where training data is looked for."""
        return self.datasets_dir or self.data_dir / "datasets"

    @property
    def log_path(self) -> Path | None:
        """Where the server's log file lies; None for none."""
        return None if self.log_file == Path("off") else self.data_dir / self.log_file

    @field_validator("rate_limit")
    @classmethod
    def _parsable(cls, limit: str) -> str:
        parse(limit)
        return limit

    @field_validator("oidc_issuer")
    @classmethod
    def _trusted(cls, issuer: str | None) -> str | None:
        if issuer is None:
            return None
        parts = urlsplit(issuer)
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and is_own_address(parts.hostname))
        ):
            raise ValueError("an issuer begins with https://; with http:// only on this machine")
        return issuer.rstrip("/")

    @field_validator("allowed_hosts")
    @classmethod
    def _names(cls, hosts: str) -> str:
        if wrong := [host for host in _listed(hosts) if not HOST.fullmatch(host)]:
            raise ValueError(f"{wrong[0]} is no name such as hwr.example.org or *.example.org, without port and path")
        return hosts.lower()

    @field_validator("data_dir", "models_dir", "datasets_dir")
    @classmethod
    def _absolute(cls, folder: Path | None) -> Path | None:
        return folder and _at_home(folder).resolve()

    @field_validator("log_file")
    @classmethod
    def _beside_the_data(cls, file: Path) -> Path:
        return _at_home(file)  # not made absolute: it lies in the data folder, not in the working one

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_any_case(cls, word: object) -> object:
        return word.lower() if isinstance(word, str) else word


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("no user of this name has a home folder") from error


def confirm_binding(settings: Settings) -> None:
    """Refuse an address that others reach while nobody has to sign in, unless that was asked for.

    Raises:
        InvalidValue: the address is not this machine's own, and sign-in is off.
    """
    if not (settings.has_sign_in or settings.allow_open or is_own_address(settings.host)):
        raise InvalidValue(
            f"{settings.host} can be reached from other machines, and without sign-in whoever reaches hwr may read and "
            "delete everything. Bind to 127.0.0.1, with a reverse proxy in front if need be, turn sign-in on "
            "(HWR_AUTH=required), or say HWR_ALLOW_OPEN=1 if that is meant."
        )


def confirm_single_sign_on(settings: Settings) -> None:
    """Refuse an identity provider that nobody could sign in by. Raises InvalidValue."""
    if not (settings.has_sign_in and settings.oidc_client_id):
        raise InvalidValue("HWR_OIDC_ISSUER wants HWR_AUTH=required, and the HWR_OIDC_CLIENT_ID that it knows hwr by.")


def is_own_address(host: str) -> bool:
    """Whether only this machine reaches an address; a name other than localhost may be anybody's."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    # ::ffff:127.0.0.1 is how a socket for both kinds of address names 127.0.0.1.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def load_settings(**given: object) -> Settings:
    """Read the settings; values given here come before those of the environment.

    Raises:
        InvalidValue: a variable has a value that is not allowed, said in words.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        faults = [
            f"HWR_{(name := str(fault['loc'][0]).upper().removeprefix('HWR_'))} is {_shown(name, fault['input'])}: {fault['msg']}"
            for fault in error.errors()
        ]
        raise InvalidValue("; ".join(faults) + ".") from error


def _shown(name: str, value: object) -> str:
    return "not shown" if name.endswith("SECRET") else repr(value)
