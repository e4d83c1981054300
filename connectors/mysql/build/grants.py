"""Grants on a table, its columns, or a routine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from specs.entities.access import Grant

_ACCOUNT = re.compile(r"'(.*)'@'(.*)'", re.DOTALL)


def build(rows: Iterable[tuple[Any, ...]]) -> tuple[Grant, ...]:
    """Grants from rows of ``(id, grantee, column, privilege, grantable)``: one for each grantee and column."""
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
    return account_name(*found.groups()) if found else account


def account_name(user: str, host: str) -> str:
    """``reader@%``; a role, which has no host, by its name alone."""
    if not host:
        return "public" if user == "PUBLIC" else user
    return f"{user}@{host}"
