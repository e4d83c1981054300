"""The kinds of objects in a unit's schemas, by the listing of schemas, so that kinds that they do not have are not
asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.common.sql.schema_prefetch import TOGETHER


class Contents:
    """The kinds of objects in schemas and how many there are, by what the unit learnt when it listed its schemas.

    What was created since then is as new as what is created after the crawl.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, frozenset[str] | None]] = {}

    def learn(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take in rows of the listing of schemas; of those known before nothing is kept."""
        self._known = {row[0]: (row[4], None if row[5] is None else frozenset(row[5])) for row in rows}

    def forget(self) -> None:
        self._known = {}

    def having(self, node: str, schemas: Sequence[str]) -> list[str]:
        """Those of the schemas that may have objects of this node; all of which nothing is known."""
        return [name for name in schemas if (kinds := self._kinds(name)) is None or node in kinds]

    def few(self, schemas: Sequence[str]) -> bool:
        """Whether all names of all kinds in these schemas are known to be few enough to be held at once."""
        known = [self._known.get(name) for name in schemas]
        return sum(TOGETHER if each is None else each[0] for each in known) < TOGETHER

    def _kinds(self, schema: str) -> frozenset[str] | None:
        found = self._known.get(schema)
        return None if found is None else found[1]
