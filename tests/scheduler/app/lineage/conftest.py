"""A catalog with lineage, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from specs.contracts.work import Row
from tests.workers.catalog.crawls import store
from workers.store.database import open_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty catalog."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.db'}"
    found: str = request.getfixturevalue("postgres_database")
    return found


@pytest.fixture
def fill(url: str) -> Callable[[Sequence[Row]], str]:
    """Stores rows in the catalog; returns its URL."""

    def filled(rows: Sequence[Row]) -> str:
        with open_database(url) as db:
            store(db, "r1", rows)
        return url

    return filled
