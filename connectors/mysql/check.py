"""What the server says about itself and about us: presence by name, our grants, the stepwise test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from re import sub
from typing import Any, Protocol

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver.driver import MysqlDriver
from specs.contracts.positions import SourcePosition
from specs.errors import Skip
from specs.sources.base import Presence, Step
from specs.sql_files import load
from specs.topology.scope import Scope

_NODES = {"Table": "table", "Sequence": "sequence", "StoredProcedure": "stored_procedure"}


class MysqlAsked(Protocol):
    """What is asked of a source here; ``MysqlSource`` is one."""

    connection: MysqlConnection
    driver: MysqlDriver

    def identity(self) -> str: ...

    def position(self) -> SourcePosition | None: ...

    def version(self) -> str | None: ...

    def schema_rows(self) -> list[tuple[str, dict[str, Any], int | None]]: ...

    def names(self, node: str, schema: str) -> set[str]: ...

    def steps(self, probes: Sequence[tuple[str, Callable[[], str]]]) -> Iterator[Step]: ...


def exists(source: MysqlAsked, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
    """Ask by name. What our grants hide looks absent here; the fingerprint tells whether they changed."""
    if scope.path[1:2] not in ((), ("def",)):
        return dict.fromkeys(names, "no")
    if type_ == "Database":
        found = {"def"}
    elif type_ == "Schema":
        found = {row[0] for row in source.schema_rows()}
    elif type_ == "Trigger":
        parameters = {"schemas": [scope.path[-2]]}
        rows = source.driver.rows(load("connectors.mysql")["trigger_names"], parameters)
        found = {name for schema, table, name in rows if (schema, table) == scope.path[-2:]}
    elif type_ in _NODES:
        found = source.names(_NODES[type_], scope.name)
    else:
        return {}
    return {name: "yes" if name in found else "no" for name in names}


def grants(driver: MysqlDriver) -> list[str]:
    """What we may do, the active roles' rights included; passwords and their hashes left out."""
    role = driver.fetch("SELECT CURRENT_ROLE()")[0][0]
    if driver.mariadb or role in (None, "NONE"):
        rows = driver.fetch("SHOW GRANTS")
    else:
        rows = driver.fetch(f"SHOW GRANTS FOR CURRENT_USER() USING {role}")
    return sorted(sub(r" IDENTIFIED .*?'[^']*'", "", str(row[0])) for row in rows) + [str(role)]


def fingerprint(driver: MysqlDriver) -> str:
    return blake2b("\n".join(grants(driver)).encode(), digest_size=16).hexdigest()


def check(source: MysqlAsked) -> Iterator[Step]:
    """Reach, authenticate, list, read a little of everything; a missing right comes with the GRANT that helps."""
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
        schemas.extend(sorted(row[0] for row in source.schema_rows()))
        if not schemas:
            raise Skip("no database is visible", remedy=f"GRANT SELECT, SHOW VIEW ON *.* TO {_user(driver)}")
        return f"{len(schemas)}: {', '.join(schemas[:5])}"

    def columns() -> str:
        parameters = {"schemas": schemas, "after": None, "until": None}
        names = [row[1] for row in driver.fetch(queries["tables"], parameters)][:10]
        if not names:
            raise Skip("no table is visible", remedy=f"GRANT SELECT, SHOW VIEW ON *.* TO {_user(driver)}")
        found = driver.fetch(queries["columns"], {"schemas": schemas, "names": names})
        return f"{len(found)} columns of {len(names)} tables and views"

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
