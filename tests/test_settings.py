"""Settings come from HWR_* variables and `.env`, are checked once and never change."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from hwr_core.errors import InvalidValue
from hwr_core.settings import PROJECT, Settings, confirm_binding, confirm_single_sign_on, load_settings


def test_defaults_lie_in_the_project():
    """Without any variable, data and models are the project's own folders."""
    settings = load_settings(datasets_dir=None)
    assert (settings.data_dir, settings.models_dir) == (PROJECT / "data", PROJECT / "models")
    assert settings.database == PROJECT / "data" / "hwr.duckdb"
    assert settings.datasets == PROJECT / "data" / "datasets"


def test_variables_are_read(monkeypatch, tmp_path):
    """Each field is the variable HWR_<FIELD>, whatever its case."""
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("hwr_port", "8123")
    monkeypatch.setenv("HWR_DATASETS_DIR", str(tmp_path / "sets"))
    settings = load_settings()
    assert (settings.data_dir, settings.port, settings.datasets) == (tmp_path, 8123, tmp_path / "sets")


def test_a_dotenv_file_is_read_and_variables_come_before_it(monkeypatch, tmp_path):
    """`.env` in the working folder counts, a variable counts more, a value given in code most."""
    (tmp_path / ".env").write_text("HWR_PORT=1111\nHWR_MAX_PAGE=11\nHWR_HOST=h1\nOTHER=x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HWR_MAX_PAGE", "22")
    monkeypatch.setenv("HWR_HOST", "h2")
    settings = load_settings(host="h3")
    assert (settings.port, settings.max_page, settings.host) == (1111, 22, "h3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HWR_PORT", "eighty"),
        ("HWR_PORT", "70000"),
        ("HWR_MAX_BATCH_FILES", "0"),
        ("HWR_MAX_IMAGE_BYTES", "-1"),
        ("HWR_STORE_BUSY_TIMEOUT", "-0.1"),
        ("HWR_AUTH", "perhaps"),
        ("HWR_LOG_LEVEL", "loud"),
        ("HWR_LOG_FORMAT", "xml"),
        ("HWR_OIDC_ISSUER", "http://id.example.org"),
        ("HWR_OIDC_ISSUER", "id.example.org"),
        ("HWR_ALLOWED_HOSTS", "https://hwr.example.org"),
        ("HWR_ALLOWED_HOSTS", "hwr.example.org:8000"),
        ("HWR_ALLOWED_HOSTS", "ok.example, *hwr.example.org"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(monkeypatch, name, value):
    """The message holds the variable, the value given and what is wrong with it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidValue, match=re.escape(f"{name} is '{value}': ")):
        load_settings()


def test_all_faults_are_told_at_once(monkeypatch):
    """Two wrong variables are two parts of one message."""
    monkeypatch.setenv("HWR_PORT", "x")
    monkeypatch.setenv("HWR_MAX_PAGE", "y")
    with pytest.raises(InvalidValue, match=r"HWR_PORT is 'x'.*; HWR_MAX_PAGE is 'y'"):
        load_settings()


def test_paths_are_made_absolute(monkeypatch, tmp_path):
    """A relative folder means the same after the working folder has changed; ~ is the home folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = load_settings(data_dir="here", models_dir="~/models")
    monkeypatch.chdir("/")
    assert (settings.data_dir, settings.models_dir) == (tmp_path / "here", tmp_path / "models")


def test_the_log_file_lies_in_the_data_folder(monkeypatch, tmp_path):
    """Unless it is a whole path or in somebody's home; a level is one in any case of its letters."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HWR_LOG_LEVEL", "WARNING")
    for given, expected in [("x/y.log", "data/x/y.log"), ("~/y.log", "home/y.log"), (str(tmp_path / "z"), "z")]:
        assert load_settings(data_dir=tmp_path / "data", log_file=given).log_path == tmp_path / expected
    assert load_settings(log_file="off").log_path is None
    assert load_settings().log_level == "warning"


def test_a_home_of_nobody_is_refused_in_words(monkeypatch):
    """~ with a name that no user has is a wrong value like any other."""
    monkeypatch.setenv("HWR_DATA_DIR", "~no-such-user/data")
    with pytest.raises(InvalidValue, match="HWR_DATA_DIR is '~no-such-user/data'"):
        load_settings()


@pytest.mark.parametrize("name", ["HWR_DATA_DIR", "HWR_MODELS_DIR", "HWR_DATASETS_DIR", "HWR_PORT"])
def test_an_empty_variable_is_as_good_as_none(monkeypatch, name):
    """`HWR_DATA_DIR=`, as compose files write what is not set, does not mean the working folder."""
    monkeypatch.delenv(name, raising=False)
    expected = load_settings()
    monkeypatch.setenv(name, "")
    assert load_settings() == expected


def test_settings_do_not_change():
    """Nobody can turn a setting behind the back of those who read it."""
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_prediction_settings_makes_no_folder(tmp_path):
    """Folders are made when something is put into them, not before."""
    load_settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "localhost"])
def test_this_machines_own_addresses_need_no_sign_in(host):
    """Nobody else reaches them."""
    confirm_binding(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "my-machine", ""])  # noqa: S104
def test_an_address_that_others_reach_is_refused_without_sign_in(host):
    """The message names the ways out; HWR_ALLOW_OPEN is one."""
    with pytest.raises(InvalidValue, match="HWR_ALLOW_OPEN=1"):
        confirm_binding(Settings(host=host))
    confirm_binding(Settings(host=host, allow_open=True))


@pytest.mark.parametrize("given", [{"auth": "off", "oidc_client_id": "hwr"}, {"auth": "required"}])
def test_a_provider_that_nobody_can_sign_in_by_is_refused(given):
    """It needs sign-in to be on, and a name that the provider knows us by."""
    settings = Settings(oidc_issuer="https://id.example.org/", **given)
    assert settings.oidc_issuer == "https://id.example.org"
    with pytest.raises(InvalidValue, match="HWR_OIDC_CLIENT_ID"):
        confirm_single_sign_on(settings)


def test_the_providers_secret_may_lie_in_a_file(tmp_path, monkeypatch):
    """The file goes before the variable; neither is shown, and one that cannot be read is told."""
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("HWR_OIDC_CLIENT_SECRET", "from the variable")
    assert load_settings().oidc_secret == "from the variable"  # noqa: S105  of nobody
    assert "from the variable" not in repr(load_settings())
    assert load_settings(oidc_client_secret_file=file).oidc_secret == "from the file"  # noqa: S105  as above
    with pytest.raises(InvalidValue, match="HWR_OIDC_CLIENT_SECRET_FILE"):
        _ = load_settings(oidc_client_secret_file=tmp_path / "none").oidc_secret


def test_whoever_may_join_is_told_by_domain():
    """A star is everybody, an empty setting nobody, and a domain is no ending of another."""
    assert Settings(oidc_create_for="*").oidc_may_join(None)
    assert not Settings().oidc_may_join("ada@example.org")
    some = Settings(oidc_create_for="Example.org, lab.example")
    assert some.oidc_may_join("ada@EXAMPLE.org")
    for email in (None, "eve@evilexample.org", "eve@sub.example.org", "example.org@evil.example"):
        assert not some.oidc_may_join(email)


FORMER = {
    "HWR_MAX_PICTURE_BYTES": "max_image_bytes",
    "HWR_MAX_PICTURE_PIXELS": "max_image_pixels",
    "HWR_KEEP_READINGS_DAYS": "keep_predictions_days",
    "HWR_KEEP_ORIGINALS_DAYS": "keep_uploads_days",
}
"""Variables of older versions, and the fields that they set."""


@pytest.mark.parametrize(("name", "field"), FORMER.items())
def test_a_former_name_of_a_variable_still_works(monkeypatch, tmp_path, name, field):
    """It is read from the environment and from `.env`; the present name takes precedence over it."""
    (tmp_path / ".env").write_text(f"{name}=4321\n")
    monkeypatch.chdir(tmp_path)
    assert getattr(load_settings(), field) == 4321
    monkeypatch.setenv(name, "5432")
    assert getattr(load_settings(), field) == 5432
    monkeypatch.setenv(f"HWR_{field.upper()}", "6543")
    assert getattr(load_settings(), field) == 6543


@pytest.mark.parametrize(("name", "field"), FORMER.items())
def test_a_wrong_value_under_a_former_name_is_refused_by_both_names(monkeypatch, name, field):
    """Whoever set the former variable finds its name in the message, beside the present one."""
    monkeypatch.setenv(name, "many")
    with pytest.raises(InvalidValue, match=rf"HWR_{field.upper()} is 'many': .*{name}"):
        load_settings()


@pytest.mark.parametrize(
    ("proxies", "address", "is_proxy"),
    [
        ("127.0.0.1, ::1", "127.0.0.1", True),
        ("127.0.0.1, ::1", "::ffff:127.0.0.1", True),
        ("172.18.0.0/16", "172.18.3.4", True),
        ("172.18.0.0/16", "172.19.0.1", False),
        ("", "127.0.0.1", False),
        ("10.0.0.0/8", "2001:db8::1", False),
        ("10.0.0.0/8", "unknown", False),
    ],
)
def test_proxies_are_addresses_and_networks(proxies, address, is_proxy):
    """Of both versions of IP; what is no address is no proxy."""
    assert Settings(trusted_proxies=proxies).is_proxy(address) is is_proxy


def test_a_proxy_that_is_no_address_is_refused(monkeypatch):
    """A name could be anybody's."""
    monkeypatch.setenv("HWR_TRUSTED_PROXIES", "10.0.0.1, proxy.example.org")
    with pytest.raises(InvalidValue, match="HWR_TRUSTED_PROXIES"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HWR_DATASETS_MIRROR", "s3://KEY:hidden@bucket/sets"),
        ("HWR_WEBHOOK", "ftp://example.org/hidden"),
        ("HWR_LIMITS_URL", "redis://default:hid/den@host:6379"),
    ],
)
def test_an_address_that_is_refused_is_not_shown(name, value, monkeypatch):
    """It may have a password in it, or be one."""
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidValue, match=name) as refused:
        load_settings()
    assert "hid" not in str(refused.value)
