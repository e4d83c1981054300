"""Bundles: neighbours are read together, and any order of asking gives the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from connectors.common.sql.schema_prefetch import TOGETHER, SchemaPrefetch
from specs.topology.node import Item, Produced

SCHEMAS = {"a": 3, "b": 0, "c": 2, "d": 1}


class Server:
    def __init__(self) -> None:
        self.opened: list[list[str]] = []

    def open(self, schemas: Sequence[str]) -> Iterator[tuple[str, Produced]]:
        self.opened.append(list(schemas))
        for schema in schemas:
            for at in range(SCHEMAS[schema]):
                yield schema, Item(f"{schema}{at}", f"{schema}{at}")


def prefetch(estimate: int | None = 10) -> SchemaPrefetch:
    made = SchemaPrefetch()
    made.announce([Item(name, name, estimate=estimate) for name in SCHEMAS])
    return made


def keys(made: SchemaPrefetch, server: Server, schema: str) -> list[str]:
    return [each.key for each in made.read("table", schema, server.open)]


def test_neighbours_are_read_together() -> None:
    server, made = Server(), prefetch()
    assert [keys(made, server, schema) for schema in SCHEMAS] == [["a0", "a1", "a2"], [], ["c0", "c1"], ["d0"]]
    assert server.opened == [["a", "b", "c", "d"]]


@pytest.mark.parametrize("order", ["dcba", "acbd", "aacc", "bd", "ca"])
def test_any_order_gives_the_same(order: str) -> None:
    server, made = Server(), prefetch()
    for schema in order:
        assert len(keys(made, server, schema)) == SCHEMAS[schema]


def test_a_walk_that_leaves_a_schema_early_loses_nothing_of_the_next() -> None:
    server, made = Server(), prefetch()
    assert next(iter(made.read("table", "a", server.open))).key == "a0"
    assert keys(made, server, "c") == ["c0", "c1"]


def test_large_and_unknown_schemas_are_read_alone() -> None:
    for estimate in (TOGETHER, None):
        server, made = Server(), prefetch(estimate)
        assert [len(keys(made, server, schema)) for schema in SCHEMAS] == [3, 0, 2, 1]
        assert server.opened == [["a"], ["b"], ["c"], ["d"]]


def test_a_schema_that_was_not_announced_is_read_alone() -> None:
    server = Server()
    assert keys(SchemaPrefetch(), server, "c") == ["c0", "c1"]
    assert server.opened == [["c"]]


def test_a_reading_that_fails_is_opened_again_for_the_next() -> None:
    server, made = Server(), prefetch()

    def broken(schemas: Sequence[str]) -> Iterator[tuple[str, Produced]]:
        yield from server.open(schemas[:1])
        raise RuntimeError("broken")

    assert next(iter(made.read("table", "a", broken))).key == "a0"
    with pytest.raises(RuntimeError):
        list(made.read("table", "b", broken))
    assert keys(made, server, "c") == ["c0", "c1"]
