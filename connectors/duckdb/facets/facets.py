"""The facets of a relation, each one statement over the numbers (oids) of the slice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connectors.common.sql.slices import Facet, Listed
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.driver.statements import EXPRESSION, TWO, Q
from connectors.duckdb.facets import described


def facets(driver: DuckdbDriver) -> list[Facet]:
    """Those of a relation, the one that proves presence first."""

    def tables(listed: Listed) -> bool:
        return bool(listed.data != "view")

    found = [
        Facet("objects", rows(driver, "objects")),
        Facet("columns", rows(driver, "columns")),
        Facet("constraints", rows(driver, "constraints"), tables),
        Facet("indexes", rows(driver, "indexes"), tables),
        Facet("described", lambda listed: described.views(driver, listed), lambda each: each.data == "view"),
    ]
    return [*found, Facet("triggers", rows(driver, "triggers"), tables)] if TWO else found


def rows(driver: DuckdbDriver, name: str) -> Callable[[Sequence[Listed]], Iterable[tuple[Any, ...]]]:
    """What reads the statement ``name`` for a slice. Raises ``duckdb.Error`` and what opening raises."""
    sql = Q[name].replace("$generated", EXPRESSION)
    return lambda listed: driver.query(sql, {"ids": [each.id for each in listed]})
