"""The database: connection, migrations, group commit."""
