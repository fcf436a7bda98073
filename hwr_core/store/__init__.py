"""The history: one DuckDB file, its lease, its migrations and one module per group of tables."""
