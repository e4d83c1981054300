"""Who may do what with a table, its columns, or a routine.

Only an account that may read the schema ``mysql`` is shown the rights of others; what a crawl tells must not depend on
how much of them it sees, so to any other account nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.slices import Listed
from connectors.mysql.driver.driver import MysqlDriver
from specs.entities.access import Grant
from specs.errors import Skip
from specs.sql_files import load

_ACCOUNT = re.compile(r"'(.*)'@'(.*)'", re.DOTALL)


def readable(driver: MysqlDriver) -> bool:
    """Whether the rights of all accounts are shown to us."""
    try:
        driver.fetch(load("connectors.mysql")["rights"])
    except Skip:
        return False
    return True


def of_tables(driver: MysqlDriver, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
    """Rows of ``(id, grantee, column, privilege, grantable)``."""
    exact = {each.id for each in listed}
    parameters = {
        "schemas": _distinct(each.schema for each in listed),
        "names": _distinct(each.name for each in listed),
    }
    for schema, name, account, column, privilege, grantable in driver.rows(
        load("connectors.mysql")["table_grants"], parameters
    ):
        if (schema, name) in exact:
            yield (schema, name), grantee(account), column, privilege.lower(), grantable == "YES"


def of_routines(driver: MysqlDriver, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
    """Rows as those of tables; the right to pass rights on is one for all that an account has."""
    ids = {(each.schema, each.data.name, each.data.kind): each.id for each in listed}
    parameters = {
        "schemas": _distinct(each.schema for each in listed),
        "names": _distinct(each.data.name for each in listed),
    }
    for schema, name, kind, user, host, rights in driver.rows(load("connectors.mysql")["routine_grants"], parameters):
        if (schema, name, kind) in ids:
            words = [word.lower() for word in rights.split(",") if word]
            for word in words:
                if word != "grant":
                    yield ids[schema, name, kind], _named(user, host), None, word, "grant" in words


def build(rows: Iterable[tuple[Any, ...]]) -> tuple[Grant, ...]:
    found: dict[tuple[str, str | None], tuple[list[str], list[str]]] = {}
    for _, account, column, privilege, grantable in rows:
        privileges, passed_on = found.setdefault((account, column), ([], []))
        privileges.append(privilege)
        if grantable:
            passed_on.append(privilege)
    return tuple(
        Grant(grantee=account, column=column, privileges=tuple(privileges), grantable=tuple(passed_on))
        for (account, column), (privileges, passed_on) in found.items()
    )


def grantee(account: str) -> str:
    """``'reader'@'%'`` as definers are written: ``reader@%``; a role by its name alone."""
    found = _ACCOUNT.fullmatch(account)
    return _named(*found.groups()) if found else account


def _named(user: str, host: str) -> str:
    if not host:
        return "public" if user == "PUBLIC" else user
    return f"{user}@{host}"


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
