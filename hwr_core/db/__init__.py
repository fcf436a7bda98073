"""The database file: who holds it, its tables, and writing in groups."""
