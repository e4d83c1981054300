"""The statements that SHOW CREATE gives, many at a time.

Only they tell some facts: information_schema changes literals inside the bodies of routines and triggers, and knows
nothing of periods, of parsers of full-text indexes, or of the options of a storage engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.mysql.driver.driver import MysqlDriver
from specs.errors import HeadraceError, Skip

_UNTOLD = ("gone", "denied")
"""Reasons why there is no statement, though the object itself can be described."""


def show_create(driver: MysqlDriver, wanted: Sequence[tuple[Any, str, str]]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """For ``(id, kind, quoted name)``, as in SHOW CREATE TABLE, yield the id and the row that the server answers.

    Nothing is yielded for what is gone or denied. Raises ``HeadraceError``, classified, for everything else.
    """
    at = 0
    while at < len(wanted):
        for answer in driver.batch([f"SHOW CREATE {kind} {name}" for _, kind, name in wanted[at:]]):
            if isinstance(answer, HeadraceError):
                if not isinstance(answer, Skip) or answer.reason not in _UNTOLD:
                    raise answer
            else:
                yield from ((wanted[at][0], row) for row in answer[:1])
            at += 1


def quoted(*parts: str) -> str:
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts)
