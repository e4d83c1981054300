"""Usage in DataHub: one aspect per dataset and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from specs.entities.usage import QueryUse
from specs.testing.sink import upsert
from tests.servers.catalogs import DataHub
from tests.servers.receiver import Receiver
from tests.workers.sinks.lineages import PUBLIC, containers, objects
from tests.workers.sinks.test_datahub import NAMES, TOKEN, made
from tests.workers.sinks.usages import busy, used
from workers.sinks.datahub.sink import DataHubSink

ORDERS = NAMES.dataset(f"{PUBLIC}.orders")
MIDNIGHT = 1_774_742_400_000
"""The day in milliseconds since the epoch, in UTC."""


@pytest.fixture
def work() -> DataHub:
    return DataHub(TOKEN)


@pytest.fixture
def sink(work: DataHub) -> Iterator[DataHubSink]:
    with Receiver(work) as receiver:
        found = made(receiver)
        found.deliver([upsert(each) for each in (*containers(), *objects())])
        yield found
        found.close()


def test_a_day(work: DataHub, sink: DataHubSink) -> None:
    assert sink.deliver([busy()]) == []
    assert work.usage == {
        (ORDERS, MIDNIGHT): {
            "timestampMillis": MIDNIGHT, "eventGranularity": {"unit": "DAY", "multiple": 1},
            "partitionSpec": {"type": "FULL_TABLE", "partition": "FULL_TABLE_SNAPSHOT"}, "totalSqlQueries": 7,
            "uniqueUserCount": 2, "topSqlQueries": ["SELECT id FROM orders WHERE id = ?"],
            "fieldCounts": [{"fieldPath": "id", "count": 5}],
        }
    }  # fmt: skip


def test_days_of_one_batch_stay_apart_and_a_later_number_replaces_its_day(work: DataHub, sink: DataHubSink) -> None:
    assert sink.deliver([busy(), busy(3, "2026-03-30"), used(1, "items")]) == []
    assert sink.deliver([used(9), busy(3, "2026-03-30")]) == []
    counts = {key: each["totalSqlQueries"] for key, each in work.usage.items()}
    items = NAMES.dataset(f"{PUBLIC}.items")
    assert counts == {(ORDERS, MIDNIGHT): 9, (ORDERS, MIDNIGHT + 86_400_000): 3, (items, MIDNIGHT): 1}


def test_a_day_without_use_is_told_and_a_forgotten_one_stays(work: DataHub, sink: DataHubSink) -> None:
    sink.deliver([busy(), used(0)])
    assert work.usage[ORDERS, MIDNIGHT]["totalSqlQueries"] == 0
    assert sink.deliver([replace(used(0), op="delete", content="")]) == []
    assert work.usage.keys() == {(ORDERS, MIDNIGHT)}


def test_long_queries_are_left_out_where_there_is_no_room(work: DataHub, sink: DataHubSink) -> None:
    sink.deliver([used(2, top=(QueryUse(sql="x" * 30_000, count=2), QueryUse(sql="y" * 20, count=1)))])
    assert work.usage[ORDERS, MIDNIGHT]["topSqlQueries"] == []
