"""The facets of a relation, each one statement over the names of the slice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.common.sql.slices import Facet, Listed
from connectors.sqlite.build.tables import BROKEN
from connectors.sqlite.facets import broken
from connectors.sqlite.listing import SqliteListing
from specs.sql_files import load


class SqliteFacets:
    """``listing`` knows, once it has listed, whether ANALYZE has left its counts in the file."""

    def __init__(self, listing: SqliteListing) -> None:
        self.listing, self.driver = listing, listing.driver

    def facets(self) -> tuple[Facet, ...]:
        """Those of a relation, the one that proves presence first."""

        def tables(listed: Listed) -> bool:
            return bool(listed.data != "view")

        return (
            Facet("objects", lambda listed: self._rows("objects", listed)),
            Facet("columns", self.columns),
            Facet("indexes", lambda listed: self._rows("indexes", listed), tables),
            Facet("foreign_keys", lambda listed: self._rows("foreign_keys", listed), tables),
            Facet("triggers", lambda listed: self._rows("triggers", listed)),
            Facet(
                "statistics",
                lambda listed: self._rows("statistics", listed),
                lambda listed: self.listing.statistics and tables(listed),
            ),
        )

    def _rows(self, name: str, listed: Sequence[Listed]) -> list[tuple[Any, ...]]:
        return self.driver.query(load("connectors.sqlite")[name], names=json.dumps([each.name for each in listed]))

    def columns(self, listed: Sequence[Listed]) -> Iterable[tuple[Any, ...]]:
        """Columns. A view that refers to something that is not there (or a virtual table without its module) exists,
        but would make the whole statement fail; such ones are found before, and say why they have no columns."""
        doubtful = [each for each in listed if each.data in ("view", "virtual")]
        why = {each.id: found for each in doubtful if (found := broken.reason(self.driver, each.name))}
        yield from ((id_, BROKEN, found) for id_, found in why.items())
        healthy = [each for each in listed if each.id not in why]
        if healthy:
            yield from self._rows("columns", healthy)
