"""The database file of a run: made from the declared tables and views, with every comment inside."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apigen.storage.schema import TABLES, Table
from apigen.storage.views import VIEWS

FILE = "run.duckdb"
PATIENCE = 600.0
"""Seconds that writers wait for readers."""
LINE = 1 << 24
"""Bytes of a line that DuckDB has room for by default."""


def connect(path: Path | str = ":memory:", *, read_only: bool = False) -> Any:
    """A DuckDB connection that keeps to itself: no extension is ever fetched."""
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    return duckdb.connect(str(path), read_only=read_only, config=settings)


def busy(error: Exception) -> bool:
    """Whether a database could not be opened only because someone, in this process or another, has it open."""
    told = ("Conflicting lock", "Could not set lock", "different configuration than existing", "file handle conflict")
    return any(text in str(error) for text in told)


def patiently(open_it: Callable[[], Any], patience: float) -> Any:
    """What `open_it` gives, once nobody else has the file open; raises what it raised last after `patience` seconds."""
    deadline = time.monotonic() + patience
    pause = 0.01
    while True:
        try:
            return open_it()
        except Exception as error:
            if not busy(error) or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, 0.5)


def create(connection: Any) -> None:
    """Create all tables and views with their comments, at once."""
    connection.execute("BEGIN")
    for table in TABLES:
        _create_table(connection, table)
    create_views(connection)
    connection.execute("COMMIT")


def extend(connection: Any) -> None:
    """Create the tables and columns that a database of an older version lacks."""
    known: dict[str, set[str]] = {}
    for name, column in connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall():
        known.setdefault(name, set()).add(column)
    for table in TABLES:
        if table.name not in known:
            _create_table(connection, table)
        for column in table.columns:
            if column.name not in known.get(table.name, {column.name}):
                connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {column.type}")
                connection.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {_quoted(column.comment)}")


def _create_table(connection: Any, table: Table) -> None:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    connection.execute(f"CREATE TABLE {table.name} ({columns})")
    connection.execute(f"COMMENT ON TABLE {table.name} IS {_quoted(table.comment)}")
    for column in table.columns:
        connection.execute(f"COMMENT ON COLUMN {table.name}.{column.name} IS {_quoted(column.comment)}")


def create_views(connection: Any) -> None:
    """Create the views, with comments, over tables or views of the declared names."""
    for view in VIEWS:
        connection.execute(f"CREATE VIEW {view.name} AS {view.query}")
        connection.execute(f"COMMENT ON VIEW {view.name} IS {_quoted(view.comment)}")
        for name, comment in view.columns.items():
            connection.execute(f"COMMENT ON COLUMN {view.name}.{name} IS {_quoted(comment)}")


def insert(connection: Any, table: Table, part: Path, longest: int) -> None:
    """Append the rows of a JSON Lines file whose JSON payloads are text, so that no number in them is touched.

    `longest`: bytes of its longest line, which DuckDB must know to have room for it.
    """
    types = {"JSON": "VARCHAR"}
    columns = ", ".join(f"{c.name}: {_quoted(types.get(c.type, c.type))}" for c in table.columns)
    connection.execute(
        f"INSERT INTO {table.name} BY NAME SELECT * FROM read_json({_quoted(str(part))}, format='newline_delimited', "
        f"columns={{{columns}}}, maximum_object_size={max(longest, LINE)})"
    )


def union_views(connection: Any, databases: Mapping[str, str]) -> None:
    """Create, for each declared table, a view over that table in all attached `databases`; none: an empty one.

    `databases` gives the name of the run in each: where a run's folder is now counts, not where it was written, so that
    a copy is a run of its own. A table or column that an older database lacks is empty.
    """
    found = set(connection.execute("SELECT database_name, table_name FROM duckdb_tables()").fetchall())
    for table in TABLES:
        empty = ", ".join(f"NULL::{column.type} AS {column.name}" for column in table.columns)
        parts = [
            f"SELECT * REPLACE ({_quoted(run)} AS run) FROM {name}.{table.name}"
            for name, run in databases.items()
            if (name, table.name) in found
        ]
        query = " UNION ALL BY NAME ".join([f"SELECT {empty} WHERE false", *parts])
        connection.execute(f"CREATE VIEW {table.name} AS {query}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
