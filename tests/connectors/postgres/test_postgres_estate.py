"""The sample estate is read as it was built, on every version that is here."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from specs.entities.database.tables import Table
from specs.topology.events import Found
from tests.connectors.postgres.support import events
from tests.estate import build
from tests.estate.truth import COUNTS, GOLDEN, TABLES, differences

pytestmark = pytest.mark.server


def test_the_estate_is_read_as_it_was_built(each_postgres_database: str) -> None:
    build.build_postgres(each_postgres_database)
    found = [event.entity for event in events(each_postgres_database) if isinstance(event, Found)]
    counted = Counter(entity.type_name() for entity in found)
    assert {name: counted[name] for name in COUNTS["postgres"]} == COUNTS["postgres"]
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    tables = {}
    for entity in found:
        if isinstance(entity, Table):
            schema = entity.parent.rsplit(".", 1)[1]
            kinds[schema][str(entity.table_type)] += 1
            tables[schema, entity.name] = entity
    assert {schema: dict(kinds[schema]) for schema in TABLES["postgres"]} == TABLES["postgres"]
    for key, golden in GOLDEN["postgres"].items():
        assert list(differences(tables[key], golden)) == [], key
