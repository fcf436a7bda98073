"""One frozen Settings object, read once from HWR_* variables and `.env` and passed down. No global instance."""

from pathlib import Path
from typing import Literal

from limits import parse
from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from hwr_core.addresses import (
    Folder,
    HomePath,
    HostNames,
    Issuer,
    Mirror,
    Networks,
    PostgreSqlUrl,
    RedisUrl,
    StorageUrl,
    Webhook,
    at_home,
    is_own_address,
    is_within,
    listed,
)
from hwr_core.errors import InvalidValue

PROJECT = Path(__file__).resolve().parents[1]
"""The folder that hwr_core lies in: the checkout's, or that of all packages."""
SHIPPED = PROJECT / "hwr_core" / "shipped"
"""The model version that an installed package brings along. In a checkout it is not there: versions lie in `models`."""
IS_INSTALLED = SHIPPED.is_dir()
FRONT_ENDS = PROJECT / "hwr_app" if IS_INSTALLED else PROJECT
"""The folder that api, dashboard and asgi.py lie in."""
HOME = user_data_path("hwr", appauthor=False) if IS_INSTALLED else PROJECT
"""The folder of data and models, unless settings say otherwise."""
MIB = 1024 * 1024
WITH_SIGN_IN: frozenset[str] = frozenset({"required"})
"""The values of `auth` with which users have to sign in."""
UPLOADS = "originals"
"""The folder of uploaded image files in the data folder; its name on disk is older than the word."""


def _formerly(name: str, old: str) -> AliasChoices:
    """The variable of a field, under its present and its former name."""
    return AliasChoices(f"HWR_{name}", f"HWR_{old}")


class Settings(BaseSettings):
    """Paths, limits and timeouts. Each field is the variable HWR_<FIELD>; `.env` in the working folder is read too."""

    model_config = SettingsConfigDict(
        env_prefix="HWR_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    data_dir: Folder = Field(HOME / "data", description="Folder of everything that is made at run time")
    models_dir: Folder = Field(HOME / "models", description="Folder of model versions")
    datasets_dir: Folder | None = Field(
        None, description="Folder of training data; `datasets` in HWR_DATA_DIR when not set"
    )
    datasets_mirror: Mirror | None = Field(
        None,
        description="Address, bucket (s3://...) or folder that has the open data sets, for `hwr datasets get`; none "
        "when not set",
    )

    hub_token: SecretStr | None = Field(
        None,
        description="Token that `hwr models push` and `hwr models pull --with-token` send to an https address; none "
        "when not set",
    )

    database_url: PostgreSqlUrl | None = Field(
        None,
        description="PostgreSQL database of the history, postgresql://user:password@host:port/name; a DuckDB file in "
        "HWR_DATA_DIR when not set",
    )

    storage_url: StorageUrl | None = Field(
        None,
        description="Where uploads, model versions and logs of jobs lie: s3://bucket/prefix, gs://bucket/prefix, "
        "az://container/prefix or file:///folder; credentials come from the environment",
    )

    host: str = Field("127.0.0.1", description="Address the server binds to")
    port: int = Field(8000, ge=0, le=65535, description="Port the server binds to; 0 takes any free port")
    trusted_proxies: Networks = Field(
        "127.0.0.1, ::1",
        description="Addresses or networks of reverse proxies, separated by commas: whom they name as the client "
        "counts as the client",
    )
    max_connections: int = Field(
        4096, ge=8, description="Most connections; those that wait longest give way to new ones"
    )
    max_connections_per_address: int = Field(
        512, ge=1, description="Most connections of one address; this machine's own may have all"
    )
    header_seconds: float = Field(10, gt=0, description="Seconds within which a request's headers have to arrive")
    body_seconds: float = Field(
        30,
        gt=0,
        description="Seconds that a request's body may take, and an answer to be read, before 1 KB/s is asked for",
    )

    auth: Literal["off", "required"] = Field("off", description="Sign-in: `off`, or `required` for all users")
    secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="Secret that signs tokens, 32 characters or more; made in HWR_DATA_DIR when not set",
    )
    session_hours: float = Field(12, gt=0, le=24 * 365, description="Hours until a browser has to sign in again")
    token_minutes: float = Field(15, gt=0, le=24 * 60, description="Minutes that a token of /api/token is valid")
    cookie_secure: bool = Field(
        default=False, description="Mark the cookie as Secure even where the proxy does not announce HTTPS"
    )
    cors_origins: str = Field(
        "", description="Other origins whose pages may use the API, separated by commas; none when empty"
    )
    rate_limit: str = Field(
        "1200/minute",
        description="Most requests per user, API key or unknown address; applies only where sign-in is required",
    )

    limits_url: RedisUrl | None = Field(
        None,
        validation_alias=_formerly("LIMITS_URL", "REDIS_URL"),
        description="Valkey or Redis in which servers that share a database count together for HWR_RATE_LIMIT and the "
        "login throttle, redis://:password@host:port/number; each counts by itself when not set",
    )

    oidc_issuer: Issuer | None = Field(
        None, description="Issuer of the identity provider for single sign-on (OpenID Connect), https://..."
    )
    oidc_client_id: str = Field("", description="Client id of hwr at the identity provider")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Client secret at the identity provider; none for a public client"
    )
    oidc_client_secret_file: Path | None = Field(None, description="File that contains the client secret instead")
    oidc_name: str = Field(
        "single sign-on", max_length=40, description="Name of the identity provider on the sign-in page"
    )
    oidc_create_for: str = Field(
        "",
        description="Who becomes a viewer at their first single sign-on: domains of verified email addresses, "
        "separated by commas, or `*` for everybody; when empty, an admin has to add each user",
    )

    allowed_hosts: HostNames = Field(
        "",
        description="Host names of the server, separated by commas, `*.example.org` for all below; IP addresses and "
        "names in its own network are always allowed. When empty: all where sign-in is required, else no others",
    )
    allow_open: bool = Field(
        False, description="Allow an address that other machines can reach although nobody has to sign in"
    )

    workers: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Processes that read images; 1 reads in the server's own. As many as there are cores, at most 4, "
        "when not set",
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
    max_document_pages: int = Field(50, ge=1, description="Most pages that are read of a PDF or TIFF")
    number_seconds: float = Field(
        120, gt=0, description="Longest time that reading one document may take, in seconds, without its waiting"
    )
    max_batch_files: int = Field(100, ge=1, description="Most files in one batch")
    max_request_bytes: int = Field(64 * MIB, ge=1024, description="Largest request body, in bytes")
    max_error: float = Field(
        0.01, gt=0, le=0.5, description="Share of accepted numbers that may be wrong; the fewer, the less is accepted"
    )
    patterns: dict[str, str] = Field(
        {}, description='Names of patterns of numbers, in JSON: {"customer": "digits 8, luhn"}'
    )
    max_page: int = Field(1000, ge=1, description="Most rows of the history in one answer")

    max_zip_files: int = Field(20_000, ge=1, description="Most entries in a ZIP of labelled images")
    max_zip_bytes: int = Field(
        1024 * MIB, ge=1024, description="Largest size of an unpacked ZIP of labelled images, in bytes"
    )

    job_width: int = Field(
        1, ge=1, le=16, description="Jobs (trainings, tunings, evaluations) that run at the same time"
    )
    job_cores: int | None = Field(None, ge=1, description="Cores that a job may use; all when not set")
    job_priority: Literal["idle", "normal"] = Field(
        "idle",
        description="Processor time of jobs: `idle` is what all other programs leave, `normal` the same as theirs, for "
        "a machine that always has something else to do",
    )
    retrain_after: int | None = Field(
        None,
        ge=10,
        description="New verified labels after which a challenger is trained by itself, from the served version on; it "
        "shadows, and nothing is promoted. Never when not set",
    )

    webhook: Webhook | None = Field(
        None,
        description="Address that is told what has become worse, in the JSON of Slack's webhooks; none when not set",
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
        description="Days until `hwr prune` removes uploaded image files; 0 stores none at all",
        validation_alias=_formerly("KEEP_UPLOADS_DAYS", "KEEP_ORIGINALS_DAYS"),
    )

    store_busy_timeout: float = Field(
        5.0, ge=0, description="Seconds to wait for a database that another process holds"
    )
    store_idle_release: float = Field(0.5, ge=0, description="Idle seconds after which the database is released")

    log_format: Literal["console", "json"] = Field("console", description="Format of log lines: `console` or `json`")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Lowest level that is logged: `debug`, `info`, `warning` or `error`"
    )
    log_file: HomePath = Field(
        Path("logs/app.log"),
        description="Log file of a server, in addition to stderr; relative to HWR_DATA_DIR; `off` for none",
    )

    @property
    def has_sign_in(self) -> bool:
        """Whether users have to sign in."""
        return self.auth in WITH_SIGN_IN

    @property
    def database(self) -> Path:
        """The one DuckDB file."""
        return self.data_dir / "hwr.duckdb"

    @property
    def secret_file(self) -> Path:
        """The file of the secret that signs tokens where HWR_SECRET is not set."""
        return self.data_dir / "secret"

    @property
    def origins(self) -> tuple[str, ...]:
        """The other origins whose pages may use the API."""
        return tuple(origin.rstrip("/") for origin in listed(self.cors_origins))

    @property
    def proxies(self) -> tuple[str, ...]:
        """The addresses and networks of the reverse proxies."""
        return listed(self.trusted_proxies)

    def is_proxy(self, address: str) -> bool:
        """Whether an address is that of a reverse proxy, and stands for many clients."""
        return is_within(address, self.proxies)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The allowed host names, in addition to those of its own network."""
        return listed(self.allowed_hosts) or (("*",) if self.has_sign_in else ())

    @property
    def oidc_secret(self) -> str | None:
        """The client secret for the identity provider. Raises InvalidValue where its file cannot be read."""
        if self.oidc_client_secret_file is None:
            return None if self.oidc_client_secret is None else self.oidc_client_secret.get_secret_value()
        try:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue("HWR_OIDC_CLIENT_SECRET_FILE: the file cannot be read.") from error

    def oidc_may_join(self, email: str | None) -> bool:
        """Whether a user with this verified address is added at the first single sign-on."""
        domains = listed(self.oidc_create_for.lower())
        return "*" in domains or (email is not None and email.rpartition("@")[2].lower() in domains)

    @property
    def uploads(self) -> Path:
        """Folder of uploaded image files."""
        return self.data_dir / UPLOADS

    @property
    def unfinished(self) -> Path:
        """Folder of work in progress, such as a backup's: what a killed process leaves there is removed."""
        return self.data_dir / "unfinished"

    @property
    def custom_dataset(self) -> Path:
        """Folder of the users' own labelled images: a folder for each digit, and `none` for what is not a digit."""
        return self.data_dir / "custom_dataset"

    @property
    def jobs(self) -> Path:
        """Folder of jobs, one folder each with events, log and checkpoints."""
        return self.data_dir / "jobs"

    @property
    def datasets(self) -> Path:
        """Folder of training data."""
        return self.datasets_dir or self.data_dir / "datasets"

    @property
    def mirror(self) -> str | Path | None:
        """Where the open data sets are fetched from instead of their makers: an address, a bucket, or a folder."""
        given = self.datasets_mirror
        return given if given is None or "://" in given else at_home(Path(given)).resolve()

    @property
    def token_for_hub(self) -> str | None:
        """The token that is sent to a server of model versions."""
        return None if self.hub_token is None else self.hub_token.get_secret_value()

    @property
    def log_path(self) -> Path | None:
        """The server's log file; None for none."""
        return None if self.log_file == Path("off") else self.data_dir / self.log_file

    @field_validator("rate_limit")
    @classmethod
    def _parsable(cls, limit: str) -> str:
        parse(limit)
        return limit

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_any_case(cls, word: object) -> object:
        return word.lower() if isinstance(word, str) else word


def confirm_binding(settings: Settings) -> None:
    """Refuse an address that other machines can reach while sign-in is off, unless HWR_ALLOW_OPEN allows it.

    Raises:
        InvalidValue: other machines can reach the address, and sign-in is off.
    """
    if not (settings.has_sign_in or settings.allow_open or is_own_address(settings.host)):
        raise InvalidValue(
            f"{settings.host} can be reached from other machines, and without sign-in everybody who reaches hwr can "
            "read and delete everything. Bind to 127.0.0.1 (behind a reverse proxy if needed), require sign-in "
            "(HWR_AUTH=required), or set HWR_ALLOW_OPEN=1 if this is intended."
        )


def confirm_single_sign_on(settings: Settings) -> None:
    """Refuse an identity provider that nobody could use to sign in. Raises InvalidValue."""
    if not (settings.has_sign_in and settings.oidc_client_id):
        raise InvalidValue("HWR_OIDC_ISSUER needs HWR_AUTH=required and HWR_OIDC_CLIENT_ID.")


def load_settings(**given: object) -> Settings:
    """Read the settings; values given here take precedence over the environment.

    Raises:
        InvalidValue: variables have values that are not allowed; the message names all of them.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise InvalidValue("; ".join(map(_in_words, error.errors())) + ".") from error


def _in_words(fault: ErrorDetails) -> str:
    """What is wrong with a variable, by its present name; which name was used is not known."""
    field = str(fault["loc"][0]).lower().removeprefix("hwr_")
    is_secret = field.endswith("secret") or field in {
        "database_url",
        "datasets_mirror",
        "limits_url",
        "storage_url",
        "webhook",
    }
    value = "not shown" if is_secret else repr(fault["input"])
    alias = Settings.model_fields[field].validation_alias
    former = f" (its former name is {alias.choices[1]})" if isinstance(alias, AliasChoices) else ""
    return f"HWR_{field.upper()} is {value}: {fault['msg']}{former}"
