"""The steps of the connection test: reach, log in, list, and read a little of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver.driver import MysqlDriver
from connectors.mysql.listing import MysqlListing
from specs.contracts.positions import SourcePosition
from specs.errors import Skip
from specs.sources.base import Step
from specs.sql_files import load

ENOUGH = 10
"""Relations whose columns are read."""


class MysqlChecked(Protocol):
    """What the test asks of a source; ``MysqlSource`` is one."""

    connection: MysqlConnection
    driver: MysqlDriver
    names: MysqlListing

    def identity(self) -> str: ...

    def position(self) -> SourcePosition | None: ...

    def version(self) -> str | None: ...

    def steps(self, plan: Sequence[tuple[str, Callable[[], str]]]) -> Iterator[Step]: ...


def check(source: MysqlChecked) -> Iterator[Step]:
    """A missing right comes with the GRANT that helps."""
    driver, queries = source.driver, load("connectors.mysql")
    schemas: list[str] = []

    def reach() -> str:
        driver.open()
        return source.connection.endpoint()

    def identify() -> str:
        position = source.position()
        if position is None:
            return f"{source.identity()}; it does not tell how far it is (no GTIDs)"
        return f"{source.identity()}, {'replica' if position.standby else 'primary'}, at GTIDs {position}"

    def account() -> str:
        user = driver.fetch("SELECT CURRENT_USER()")[0][0]
        return f"{source.version()}, as {user}"

    def databases() -> str:
        schemas.extend(sorted(row[0] for row in source.names.schemas()))
        if not schemas:
            raise Skip("no database is visible", remedy=f"GRANT SELECT, SHOW VIEW ON *.* TO {_user(driver)}")
        return f"{len(schemas)}: {', '.join(schemas[:5])}"

    def columns() -> str:
        first = driver.fetch(queries["some_tables"], {"schemas": schemas, "size": ENOUGH})
        if not first:
            raise Skip("no table is visible", remedy=f"GRANT SELECT, SHOW VIEW ON *.* TO {_user(driver)}")
        rows = driver.fetch(queries["columns"], {"schemas": schemas, "names": [name for _, name in first]})
        found = sum(row[:2] in first for row in rows)
        return f"{found} columns of {len(first)} tables and views"

    def hidden(query: str, what: str, right: str) -> str:
        count, without = driver.fetch(queries[query], {"schemas": schemas})[0]
        if without:
            raise Skip(f"{int(without)} of {count} {what} hide their definition", remedy=right)
        return f"{count} {what}"

    def views() -> str:
        return hidden("hidden_views", "views", f"GRANT SHOW VIEW ON *.* TO {_user(driver)}")

    def routines() -> str:
        right = "SELECT ON mysql.proc" if driver.mariadb else "SHOW_ROUTINE ON *.*"
        return hidden("hidden_routines", "routines", f"GRANT {right} TO {_user(driver)}")

    return source.steps([
        ("reach the server and log in", reach),
        ("identify the server", identify),
        ("read version and account", account),
        ("list databases", databases),
        ("read columns", columns),
        ("read view definitions", views),
        ("read routine definitions", routines),
    ])  # fmt: skip


def _user(driver: MysqlDriver) -> str:
    name, _, host = str(driver.fetch("SELECT CURRENT_USER()")[0][0]).rpartition("@")
    return f"'{name}'@'{host}'"
