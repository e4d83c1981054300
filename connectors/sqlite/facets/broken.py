"""Finds the views and virtual tables that cannot be used.

Functions and collations that only the application knows do not break a view: here stand-ins that are never called take
their place. They are made for the connection, and stay.
"""

from __future__ import annotations

import sqlite3

from connectors.sqlite.driver import SqliteDriver

MOST_STAND_INS = 1000
"""Stand-ins for functions and collations over one connection."""


def reason(driver: SqliteDriver, relation: str) -> str:
    """Why a relation cannot be used, or an empty text. It is prepared only, nothing is read.

    Raises ``sqlite3.Error`` and what opening raises.
    """
    quoted = relation.replace('"', '""')
    with driver.preparing() as connection:
        while True:
            try:
                connection.execute(f'EXPLAIN SELECT * FROM main."{quoted}"').close()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_ERROR:
                    raise
                if not _stand_in(connection, str(error), driver.stand_ins):
                    return str(error)
            else:
                return ""


def _stand_in(connection: sqlite3.Connection, message: str, made: set[tuple[str, str]]) -> bool:
    """Make the function or collation that ``message`` misses; ``False`` when it misses none, or has it already."""
    kind, _, name = message.removeprefix("no such ").partition(": ")
    if not name or (kind, name) in made or len(made) >= MOST_STAND_INS:
        return False
    if kind == "function":
        connection.create_function(name, -1, lambda *_: None)
    elif kind == "collation sequence":
        connection.create_collation(name, lambda one, other: (one > other) - (one < other))
    else:
        return False
    made.add((kind, name))
    return True
