"""Sign-in, keys and the audit log: migrations, which `migrations` lists."""

from hwr_core.db.cursor import Cursor


def access(connection: Cursor) -> None:
    """Add roles and passwords, sessions, API keys, and the audit log.

    Passwords, sessions and API keys are stored as hashes only. A user without credentials is a viewer who cannot sign
    in. No primary keys and no indexes, as for jobs: the tables are small and their rows change.
    """
    connection.execute(
        """
        create table credentials (
            user_id bigint not null,
            role text not null,
            password_hash text,
            changed_at timestamptz not null
        )
        """
    )
    connection.execute(
        """
        create table sessions (
            token_hash text not null,
            user_id bigint not null,
            created_at timestamptz not null,
            expires_at timestamptz not null
        )
        """
    )
    connection.execute("create sequence api_key_ids")
    connection.execute(
        """
        create table api_keys (
            id bigint not null,
            user_id bigint not null,
            name text not null,
            key_hash text not null,
            hint text not null,
            created_at timestamptz not null,
            expires_at timestamptz,
            last_used_at timestamptz,
            revoked_at timestamptz
        )
        """
    )
    _audit_log(connection)


def _audit_log(connection: Cursor) -> None:
    connection.execute("create sequence audit_ids")
    connection.execute(
        """
        create table audit (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint,
            act text not null,
            about text not null,
            address text not null
        )
        """
    )


def identities(connection: Cursor) -> None:
    """Add the accounts at identity providers that users are linked with; without an index, as for credentials."""
    connection.execute(
        """
        create table identities (
            issuer text not null,
            subject text not null,
            user_id bigint not null,
            created_at timestamptz not null
        )
        """
    )
