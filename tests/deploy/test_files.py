"""What lies in deploy/ is what a service and a proxy need."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from hwr_core.settings import PROJECT, Settings

DEPLOY = PROJECT / "deploy"


def test_the_unit_starts_the_server_as_a_user_of_its_own():
    """Systemd's syntax, our command, and settings that there are."""
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(DEPLOY / "hwr.service")
    service = unit["Service"]

    assert service["ExecStart"].endswith("/.venv/bin/hwr serve")
    assert service["User"] == "hwr"
    names = re.findall(r"HWR_(\w+)=", service["Environment"])
    assert names
    assert {name.lower() for name in names} <= Settings.model_fields.keys()


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_passes_on_to_our_port_what_we_take(name: str):
    """The port is the default one, and the largest body is ours."""
    text = (DEPLOY / name).read_text(encoding="utf-8")

    assert f"127.0.0.1:{Settings.model_fields['port'].default}" in text
    assert re.search(r"(max_size|client_max_body_size) 64(MB|m;)", text)
    assert Settings.model_fields["max_request_bytes"].default == 64 * 2**20


def test_traefik_leads_to_our_port():
    """Its file is YAML, and the one server behind it is ours."""
    found = yaml.safe_load((DEPLOY / "traefik.yml").read_text(encoding="utf-8"))["http"]
    [server] = found["services"]["hwr"]["loadBalancer"]["servers"]
    assert server["url"].endswith(f"127.0.0.1:{Settings.model_fields['port'].default}")
    assert found["routers"]["hwr"]["service"] in found["services"]


def test_the_server_of_the_compose_file_has_the_database_beside_it():
    """The address is a setting that is taken, of the service that the file starts; no port of it is published."""
    beside = yaml.safe_load((DEPLOY / "compose.postgresql.yaml").read_text(encoding="utf-8"))
    alone = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
    server, database = beside["services"]["hwr"], beside["services"]["postgresql"]

    [(variable, address)] = server["environment"].items()
    url = Settings(database_url=re.sub(r"\$\{.*\}", "secret", address)).database_url
    assert variable == "HWR_DATABASE_URL"
    assert url is not None
    assert url.get_secret_value() == "postgresql://hwr:secret@postgresql:5432/hwr"
    assert {"hwr"} == alone["services"].keys() & beside["services"].keys()
    assert "ports" not in database
    assert [*server["depends_on"]] == ["postgresql"]
    assert {volume.split(":")[0] for volume in database["volumes"]} == beside["volumes"].keys()


def test_valkey_stands_beside_the_server_that_waits_for_it():
    """The server is told of the service that the file starts; no port of it is published, and nothing is kept."""
    beside = yaml.safe_load((DEPLOY / "compose.valkey.yaml").read_text(encoding="utf-8"))
    server, counts = beside["services"]["hwr"], beside["services"]["valkey"]

    assert server["environment"] == {"HWR_LIMITS_URL": "redis://valkey:6379/0"}
    assert server["depends_on"] == {"valkey": {"condition": "service_healthy"}}
    assert "healthcheck" in counts
    assert not {"ports", "volumes"} & counts.keys()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed.")
def test_nginx_takes_its_file(tmp_path: Path):
    """Its own check finds no fault, but for the certificates of the example."""
    site = re.sub(r"listen 443 ssl;|ssl_certificate\S* +\S+;", "", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {re.sub('#.*', '', site)} }}"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")

    done = subprocess.run(
        ["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],  # noqa: S607  whichever is installed
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
