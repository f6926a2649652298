"""Storage: one DuckDB file a run, and SQL over all of them."""
