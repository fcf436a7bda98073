"""Studies in PostgreSQL, where several machines run the trials of one tuning. Optuna's tables have their own schema.

Whose process was killed is told by Optuna's heartbeat: its trial has failed, and another one is begun in its place.
"""

import warnings

import sqlalchemy
from optuna.exceptions import ExperimentalWarning
from optuna.storages import RDBStorage

SCHEMA = "optuna"
"""Beside the tables of hwr, since Optuna's are called `studies`, `trials`, `version_info` and so on."""
BEAT, GRACE = 10, 60
"""Seconds between two heartbeats of a trial, and seconds without one after which it has failed."""


def shared_storage(url: str) -> RDBStorage:
    """Return the storage in the database that servers share; its tables are made where they are missing."""
    address = "postgresql+psycopg://" + url.partition("://")[2]
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.schema.CreateSchema(SCHEMA, if_not_exists=True))
    engine.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)  # of the heartbeat, which whoever tunes cannot change
        return RDBStorage(
            address,
            # The ping finds connections that a restart of the database has ended.
            engine_kwargs={"connect_args": {"options": f"-csearch_path={SCHEMA}"}, "pool_pre_ping": True},
            heartbeat_interval=BEAT,
            grace_period=GRACE,
        )
