"""hwr users --admin, hwr users password, hwr keys, hwr audit, and what hwr serve refuses."""

import io
import json
import re

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.auth.credentials import Account
from hwr_core.auth.secrets import KEY_PREFIX
from hwr_core.cli import main
from hwr_core.errors import NotSignedIn
from hwr_core.records.roles import Role

PASSWORD = "a fair few plain words"  # noqa: S105  of users who live as long as a test


@pytest.fixture(autouse=True)
def _own_folders(settings, monkeypatch):
    """Let every command work on this test's data folder."""
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))


@pytest.fixture
def typed(monkeypatch):
    """Put lines on standard input."""

    def put(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return put


@pytest.fixture
def at_a_terminal(monkeypatch):
    """Answer what is asked at a terminal, in turn."""

    def answer(*words):
        waiting = iter(words)
        terminal = io.StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr("getpass.getpass", lambda _: next(waiting))

    return answer


def test_the_first_admin_is_made_on_the_command_line(settings, typed, capsys):
    """With a password from standard input they can sign in, and it is printed nowhere."""
    typed(PASSWORD)
    assert main(["users", "create", "Ada", "--admin"]) == 0
    assert PASSWORD not in capsys.readouterr().out
    with Workspace(settings) as workspace:
        assert workspace.access.sign_in("Ada", PASSWORD, address="here").caller.role is Role.ADMIN


def test_a_password_is_asked_for_twice(settings, at_a_terminal, capsys):
    """Two that differ make nobody."""
    at_a_terminal(PASSWORD, "some other words here")
    assert main(["users", "create", "Ada", "--admin"]) == 2
    assert "The two passwords differ." in capsys.readouterr().err
    at_a_terminal(PASSWORD, PASSWORD)
    assert main(["users", "create", "Ada", "--role", "analyst"]) == 0
    with Workspace(settings) as workspace:
        assert [user.username for user in workspace.users.all()] == ["default", "Ada"]


def test_a_weak_password_makes_nobody(settings, typed, capsys):
    """The person is not left behind without a way in."""
    typed("short")
    assert main(["users", "create", "Ada", "--admin"]) == 2
    assert "5 characters" in capsys.readouterr().err
    with Workspace(settings) as workspace:
        assert len(workspace.users.all()) == 1


def test_a_password_and_a_role_are_changed(settings, typed):
    """The old password is worth nothing afterwards."""
    typed(PASSWORD)
    main(["users", "password", "1"])
    typed("quite other words now")
    assert main(["users", "password", "1"]) == 0
    assert main(["users", "role", "1", "admin"]) == 0
    with Workspace(settings) as workspace:
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in("default", PASSWORD, address="here")
        assert workspace.access.sign_in("default", "quite other words now", address="here").caller.role is Role.ADMIN


def test_the_list_of_users_tells_their_roles(typed, capsys):
    """Whoever has no account has no role; programs read the same as JSON."""
    typed(PASSWORD)
    main(["users", "create", "Ada", "--email", "ada@example.org", "--role", "analyst"])
    capsys.readouterr()
    assert main(["users", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == ["     1  default", "     2  Ada  ada@example.org  analyst"]
    assert main(["users", "list", "--json"]) == 0
    assert [json.loads(line)["role"] for line in capsys.readouterr().out.splitlines()] == [None, "analyst"]


@pytest.mark.parametrize("act", [["role", "2", "viewer"], ["deactivate", "2"], ["anonymise", "2", "--yes"],
                                 ["delete", "2", "--yes"]], ids=" ".join)  # fmt: skip
def test_the_last_admin_goes_by_force_alone(typed, capsys, act):
    """Without it the command line says why not; with it nobody is left who may manage users."""
    typed(PASSWORD)
    main(["users", "create", "Ada", "--admin"])
    assert main(["users", *act]) == 2
    assert "User 2 is the last active admin" in capsys.readouterr().err
    assert main(["users", *act, "--force"]) == 0


def test_an_account_at_the_provider_is_linked_and_unlinked(settings, monkeypatch, capsys):
    """Only where there is a provider, to one person, and both are in the log."""
    assert main(["users", "link", "1", "ada-1"]) == 2
    assert "HWR_OIDC_ISSUER" in capsys.readouterr().err
    monkeypatch.setenv("HWR_OIDC_ISSUER", "https://id.example.org")
    main(["users", "create", "Ada"])
    assert main(["users", "link", "2", "ada-1"]) == 0
    assert main(["users", "link", "1", "ada-1"]) == 2
    assert "already linked to user 2" in capsys.readouterr().err
    assert main(["users", "link", "2", "ada-2"]) == 2
    assert "Unlink it first" in capsys.readouterr().err
    with Workspace(settings) as workspace:
        assert workspace.access.account(2) == Account(2, Role.VIEWER, has_password=False, is_linked=True)
    assert main(["users", "unlink", "2"]) == 0
    assert main(["users", "unlink", "2"]) == 2
    with Workspace(settings) as workspace:
        assert [entry.act for entry in workspace.access.audit()] == ["unlinked accounts", "linked an account"]


def test_a_key_is_made_listed_and_revoked(settings, capsys):
    """The key itself is printed once; the log has both."""
    assert main(["keys", "create", "scanner", "--days", "30"]) == 0
    key = re.search(rf"{KEY_PREFIX}\S{{40,}}", capsys.readouterr().out)
    assert key is not None
    with Workspace(settings) as workspace:
        assert workspace.access.by_key(key[0]).user_id == 1
    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert "scanner" in listed
    assert key[0] not in listed
    assert main(["keys", "revoke", "1"]) == 0
    with Workspace(settings) as workspace, pytest.raises(NotSignedIn):
        workspace.access.by_key(key[0])
    assert main(["audit"]) == 0
    assert re.findall(r"(made|revoked) a key  key 1 of user 1  command line", capsys.readouterr().out) == [
        "revoked",
        "made",
    ]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "some.host.example"])  # noqa: S104  to be refused
def test_a_server_that_others_reach_wants_sign_in(host, capsys):
    """Nobody opens everything to a network by mistake."""
    assert main(["serve", "--host", host, "--port", "0"]) == 2
    assert "HWR_AUTH=required" in capsys.readouterr().err


@pytest.mark.parametrize("variables", [{"HWR_AUTH": "required"}, {"HWR_ALLOW_OPEN": "true"}])
def test_a_server_that_others_reach_starts_where_that_is_meant(variables, monkeypatch, capsys):
    """With sign-in, or when it is asked for by name, the address itself decides: this one is not ours."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--host", "192.0.2.1", "--port", "0"]) == 2
    captured = capsys.readouterr()
    assert "cannot listen on 192.0.2.1" in captured.err
    assert ("Nobody can sign in yet" in captured.err) == ("HWR_AUTH" in variables)


def test_a_secret_is_never_shown(monkeypatch, capsys):
    """Not even when it is too short to be one."""
    monkeypatch.setenv("HWR_SECRET", "hunter2")
    assert main(["audit"]) == 2
    error = capsys.readouterr().err
    assert "HWR_SECRET" in error
    assert "hunter2" not in error
