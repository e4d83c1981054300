"""Reads the grants of a slice.

Only an account that may read the schema ``mysql`` is shown the rights of others. What a crawl tells must not depend on
how much of them it sees, so without that right no grants are read at all (``driver.rights.shown_all``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.common.sql.slices import Listed
from connectors.mysql.build.grants import account_name, grantee
from connectors.mysql.driver.driver import MysqlDriver
from specs.sql_files import load


def of_tables(driver: MysqlDriver, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``(id, grantee, column, privilege, grantable)``."""
    exact = {each.id for each in listed}
    found = driver.rows(load("connectors.mysql")["table_grants"], parameters(listed))
    for schema, name, account, column, privilege, grantable in found:
        if (schema, name) in exact:
            yield (schema, name), grantee(account), column, privilege.lower(), grantable == "YES"


def of_routines(driver: MysqlDriver, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
    """Rows as those of tables; the right to pass rights on is one for all that an account has."""
    ids = {(each.schema, each.data.name, each.data.kind): each.id for each in listed}
    given = parameters(listed, lambda each: each.data.name)
    for schema, name, kind, user, host, rights in driver.rows(load("connectors.mysql")["routine_grants"], given):
        if (schema, name, kind) in ids:
            words = [word.lower() for word in rights.split(",") if word]
            for word in words:
                if word != "grant":
                    yield ids[schema, name, kind], account_name(user, host), None, word, "grant" in words


def parameters(
    listed: Sequence[Listed], name: Callable[[Listed], str] = lambda each: each.name
) -> dict[str, list[str]]:
    """The parameters of a statement about a slice: its schemas and its names, each once."""
    return {
        "schemas": list(dict.fromkeys(each.schema for each in listed)),
        "names": list(dict.fromkeys(map(name, listed))),
    }
