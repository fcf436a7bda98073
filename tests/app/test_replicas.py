"""Two servers on one PostgreSQL database: what happens on one is known on the other."""

import time
from contextlib import closing

import psycopg
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict, NotSignedIn
from hwr_core.jobs.queue import JobChanged
from hwr_core.jobs.table import JobKind
from hwr_core.ops.migrate_store import Engine, migrate_store
from hwr_core.records.events import LabelChanged, PredictionStored
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models

PATIENCE = 60.0


def until(condition):
    """Wait until something holds, and return it."""
    patience = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < patience
        time.sleep(0.02)
    return found


@pytest.fixture(scope="module")
def database(postgresql):
    """The database of this file's servers."""
    return postgresql.new_database()


@pytest.fixture(scope="module")
def settings(tmp_path_factory, database):
    """Settings of servers that share a data folder and their versions."""
    folder = tmp_path_factory.mktemp("replicas")
    copied_models(folder / "models")
    return Settings(
        data_dir=folder / "data", models_dir=folder / "models", database_url=database, auth="required", secret="s" * 40
    )


@pytest.fixture(scope="module")
def servers(settings):
    """Two servers at work."""
    with closing(Workspace(settings)) as one, closing(Workspace(settings)) as other:
        one.start()
        other.start()
        yield one, other


@pytest.fixture
def heard(servers):
    """What the feed of the second server says."""
    with servers[1].listening(lambda: None) as listener:
        events = []

        def of(kind):
            events.extend(item.event for item in listener.take()[0])
            return [event for event in events if isinstance(event, kind)]

        yield of


def test_a_prediction_and_its_label_are_in_the_feed_of_both(servers, heard):
    """The other server's feed has the same record, once."""
    one, _ = servers
    stored = one.read_and_keep(png(drawing(7)), source=Source.API)
    [event] = until(lambda: heard(PredictionStored))
    assert event.record.id == stored.id
    one.feedback.give(stored.id, actual_digit=7)
    [label] = until(lambda: heard(LabelChanged))
    assert (label.prediction_id, label.owner, label.label.digit) == (stored.id, 1, 7)
    time.sleep(0.5)
    assert len(heard(PredictionStored)) == 1


def test_a_job_is_in_the_feed_of_both(servers, heard):
    """A server knows the jobs of others, and cancels them."""
    one, other = servers
    with one.store.writing() as cursor:
        cursor.execute("update jobs set state = 'failed' where state = 'queued'")
    one.modelling.jobs.close()
    other.modelling.jobs.close()
    job = one.modelling.jobs.submit(JobKind.TRAIN, {}, 1)
    assert until(lambda: heard(JobChanged))[0].job.id == job.id
    assert other.modelling.jobs.cancel(job.id).state == "cancelled"


def test_a_promotion_is_served_by_both(servers):
    """Also one by a command beside the servers, which tells them by the database alone."""
    one, other = servers
    worse = worse_copy(one.registry)
    served = one.served_model().name
    assert other.served_model().name == served
    one.modelling.promote(worse.name, force=True, reason="x")
    until(lambda: other.served_model().name == one.served_model().name == worse.name)
    with Workspace(one.settings) as command:
        command.modelling.roll_back()
    until(lambda: other.served_model().name == one.served_model().name == served)


def test_a_revoked_key_and_an_ended_session_are_refused_by_both(servers):
    """At once where the link works; in two seconds in any case."""
    one, other = servers
    user = one.users.create("Ada").id
    one.access.set_password(user, "a password of Ada's")
    key, session = one.access.create_key(user, "program"), one.access.sign_in("Ada", "a password of Ada's", address="x")
    assert other.access.by_key(key.key).user_id == other.access.by_session(session.token).user_id == user
    one.access.revoke_key(None, key.known.id)
    one.access.sign_out(session.token, session.caller)

    def refused(ask):
        try:
            ask()
        except NotSignedIn:
            return True
        return False

    until(lambda: refused(lambda: other.access.by_key(key.key)))
    until(lambda: refused(lambda: other.access.by_session(session.token)))


def test_words_that_no_server_says_break_nothing(servers, heard, database):
    """Another program may use the channel; what servers say afterwards is heard."""
    with psycopg.connect(database, autocommit=True) as connection:
        for word in ('["labels", [1]]', '["jobs", []]', '["predictions", []]', '["jobs", [99]]', '["unknown", [1]]'):
            connection.execute("select pg_notify('hwr', %s)", [f'{{"from": "x", "words": [{word}]}}'])
    stored = servers[0].read_and_keep(png(drawing(5)), source=Source.API)
    assert until(lambda: heard(PredictionStored))[0].record.id == stored.id


def test_one_of_them_leads(servers):
    """It tells the webhook, retrains and ends experiments."""
    until(lambda: any(each.replicas.leads for each in servers))
    assert [each.replicas.leads for each in servers].count(True) == 1


def test_what_was_missed_while_the_link_was_broken_is_told(servers, heard, database):
    """A prediction that another server stored meanwhile."""
    one, other = servers
    until(lambda: not (one.replicas.is_cut_off or other.replicas.is_cut_off))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = "
            "current_database()"
        )
    stored = one.read_and_keep(png(drawing(3)), source=Source.API)
    until(lambda: [event for event in heard(PredictionStored) if event.record.id == stored.id])


def test_the_history_is_not_moved_while_servers_run(servers):
    """It is wanted alone."""
    until(lambda: not any(each.replicas.is_cut_off for each in servers))
    with pytest.raises(Conflict, match="all of its servers"):
        migrate_store(servers[0].settings, Engine.DUCKDB)
