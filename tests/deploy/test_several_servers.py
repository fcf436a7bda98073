"""Two servers on one PostgreSQL database behind nginx, as deploy/nginx-servers.conf has them."""

import time
from dataclasses import dataclass

import pytest
import requests
import yaml

from hwr_core.app.workspace import Workspace
from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import PROJECT, Settings
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models
from tests.several_servers import WITHOUT_NGINX, HwrServer, behind_nginx, has_nginx, servers_on

PASSWORD = "a fair few plain words"  # noqa: S105  of a user who exists as long as a test
LIMIT = 40
PATIENCE = 120.0


@dataclass
class Site:
    """nginx's address, the servers behind it, a key of an admin and one of a viewer, and a second version."""

    url: str
    servers: list[HwrServer]
    key: str
    viewers_key: str
    other_version: str


@pytest.fixture(scope="module")
def site(postgresql, counters_server, tmp_path_factory):
    """Both servers at work."""
    if not has_nginx():
        pytest.skip(WITHOUT_NGINX)
    folder = tmp_path_factory.mktemp("servers")
    other = worse_copy(copied_models(folder / "models")).name
    settings = Settings(
        data_dir=folder / "data", models_dir=folder / "models", database_url=postgresql.new_database(), auth="required"
    )
    with Workspace(settings) as workspace:
        ids = {role: workspace.users.create(str(role)).id for role in (Role.ADMIN, Role.VIEWER)}
        for role, user_id in ids.items():
            workspace.access.set_role(user_id, role)
        workspace.access.set_password(ids[Role.ADMIN], PASSWORD)
        keys = [workspace.access.create_key(user_id, "tests").key for user_id in ids.values()]
    variables = {
        "HWR_DATA_DIR": str(settings.data_dir),
        "HWR_MODELS_DIR": str(settings.models_dir),
        "HWR_DATABASE_URL": settings.database_url.get_secret_value(),
        "HWR_LIMITS_URL": counters_server.url,
        "HWR_RATE_LIMIT": f"{LIMIT}/day",
        "HWR_AUTH": "required",
        "HWR_WORKERS": "1",
    }
    with servers_on(folder, variables, 2) as servers, behind_nginx(servers, folder) as url:
        yield Site(url, servers, *keys, other)


def ask(url, method, path, key=None, **more):
    """Send a request, with a key."""
    return requests.request(method, url + path, headers={"X-API-Key": key} if key else {}, timeout=60, **more)


@pytest.mark.slow
def test_whoever_signs_in_on_one_server_is_known_to_the_other(site):
    """A session of one reads an image on the other."""
    one, other = site.servers
    with requests.Session() as browser:
        sent = {"username": "admin", "password": PASSWORD}
        answer = browser.post(
            f"{one.url}/sign-in", sent, headers={"Origin": one.url}, allow_redirects=False, timeout=60
        )
        assert answer.status_code == 303
        cookie = {COOKIE: answer.cookies[COOKIE]}
    files = {"file": ("seven.png", png(drawing(7)))}
    answer = requests.post(
        f"{other.url}/api/predict-upload", files=files, cookies=cookie, headers={"Origin": other.url}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["prediction_id"]


@pytest.mark.slow
def test_a_promotion_on_one_server_is_served_by_the_other(site):
    """Nobody has to start anything anew."""
    one, other = site.servers
    answer = ask(
        one.url, "POST", f"/api/models/{site.other_version}/promote", site.key, json={"reason": "x", "force": True}
    )
    assert answer.status_code == 200, answer.text
    patience = time.monotonic() + PATIENCE
    for server in (one, other):
        headers = {"X-API-Key": site.key}
        while site.other_version not in requests.get(f"{server.url}/metrics", headers=headers, timeout=60).text:
            assert time.monotonic() < patience
            time.sleep(0.1)


@pytest.mark.slow
def test_one_limit_holds_for_both_servers(site):
    """Through nginx, which asks both: whoever answers, the limit is that of both together.

    A server that has waited half a second for the counters counts by itself for a while, as on a busy machine: a few
    more may be let through then. Two that count by themselves would let through twice as many.
    """
    answers = [ask(site.url, "GET", "/api/scripts", site.viewers_key) for _ in range(LIMIT)]
    assert {answer.status_code for answer in answers} == {200}
    more = 0
    while (answer := ask(site.url, "GET", "/api/scripts", site.viewers_key)).status_code == 200:
        more += 1
        assert more < LIMIT
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    for server in site.servers:
        assert ask(server.url, "GET", "/api/scripts", site.viewers_key).status_code == 429


@pytest.mark.slow
def test_a_browser_stays_with_one_server_and_programs_ask_both(site):
    """By its session; another session may be another server's."""
    with requests.Session() as browser:
        browser.cookies[COOKIE] = "one"
        served_by = {browser.get(f"{site.url}/sign-in", timeout=60).headers["X-Served-By"] for _ in range(6)}
    assert len(served_by) == 1
    asked = {
        requests.get(f"{site.url}/sign-in", cookies={COOKIE: str(each)}, timeout=60).headers["X-Served-By"]
        for each in range(30)
    }
    assert len(asked) == 2


@pytest.mark.parametrize("name", ["nginx-servers.conf", "Caddyfile-servers", "traefik-servers.yml"])
def test_each_example_leads_to_two_servers_and_keeps_a_browser_with_one(name):
    """Two ports of this machine, and what makes sessions stick."""
    text = (PROJECT / "deploy" / name).read_text(encoding="utf-8")
    assert "127.0.0.1:8000" in text
    assert "127.0.0.1:8001" in text
    assert {"nginx-servers.conf": "hash $hwr_browser", "Caddyfile-servers": "lb_policy cookie"}.get(
        name, "sticky:"
    ) in text
    if name.endswith(".yml"):
        [service] = yaml.safe_load(text)["http"]["services"].values()
        assert len(service["loadBalancer"]["servers"]) == 2
        assert service["loadBalancer"]["sticky"]["cookie"]["httpOnly"] is True
