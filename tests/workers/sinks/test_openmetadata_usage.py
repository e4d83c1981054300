"""Usage in OpenMetadata: a count per table and day, which the schema adds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from specs.testing.sink import upsert
from tests.servers.catalogs import OpenMetadata
from tests.servers.receiver import Receiver
from tests.workers.sinks.lineages import PUBLIC, containers, objects
from tests.workers.sinks.test_openmetadata import TOKEN, made
from tests.workers.sinks.usages import DAY, busy, used
from workers.sinks.openmetadata.sink import OpenMetadataSink

ORDERS, ITEMS = f"{PUBLIC}.orders", f"{PUBLIC}.items"


@pytest.fixture
def work() -> OpenMetadata:
    return OpenMetadata(TOKEN)


@pytest.fixture
def sink(work: OpenMetadata) -> Iterator[OpenMetadataSink]:
    with Receiver(work) as receiver:
        found = made(receiver)
        found.deliver([upsert(each) for each in (*containers(), *objects())])
        yield found
        found.close()


def test_days(work: OpenMetadata, sink: OpenMetadataSink) -> None:
    assert sink.deliver([busy(), busy(3, "2026-03-30"), used(2, "items")]) == []
    assert work.usage == {
        (ORDERS, DAY): 7, (ITEMS, DAY): 2, (PUBLIC, DAY): 9, (ORDERS, "2026-03-30"): 3, (PUBLIC, "2026-03-30"): 3
    }  # fmt: skip


def test_a_second_delivery_and_a_growing_day_count_once_in_the_schema(
    work: OpenMetadata, sink: OpenMetadataSink
) -> None:
    for queries in (7, 7, 10, 10):
        assert sink.deliver([used(queries)]) == []
    assert work.usage == {(ORDERS, DAY): 10, (PUBLIC, DAY): 10}


def test_a_smaller_number_replaces_the_one_of_the_table(work: OpenMetadata, sink: OpenMetadataSink) -> None:
    sink.deliver([used(7), used(3), used(0)])
    assert work.usage[ORDERS, DAY] == 0


def test_a_day_that_is_forgotten_stays(work: OpenMetadata, sink: OpenMetadataSink) -> None:
    sink.deliver([used(7)])
    assert sink.deliver([replace(used(0), op="delete", content="")]) == []
    assert work.usage[ORDERS, DAY] == 7


def test_a_table_that_is_not_there_yet_is_refused_unless_nobody_used_it(
    work: OpenMetadata, sink: OpenMetadataSink
) -> None:
    (refused,) = sink.deliver([used(7, "absent"), used(0, "nowhere"), used(1)])
    assert "does not have this table yet" in refused.reason
    assert work.usage == {(ORDERS, DAY): 1, (PUBLIC, DAY): 1}
