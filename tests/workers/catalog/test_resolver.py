"""The catalog's resolver, directly, through the pipe, and its twin in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from specs import names
from specs.contracts.parts.resolver import ANSWER_BYTES, NameQuery, Resolver, StoredObject
from specs.contracts.work import Row
from specs.errors import Retry
from specs.testing.resolver import MemoryResolver, ResolverSuite
from tests.workers.catalog.crawls import Crawl, row, store
from workers.catalog.questions.resolver import CatalogResolver
from workers.queues.pipe.calls import Asking, CallServer, looked_up
from workers.queues.pipe.frames import Frames
from workers.store.database import SqlDatabase

Opened = Callable[..., Resolver]


def stored(known: StoredObject) -> Row:
    parent = names.split(known.fqn)[:-1]
    made = row("shop.main.x")._asdict() | known._asdict()
    return Row(**made | {"parent": names.build(*parent) if parent else ""})


class TestCatalogResolver(ResolverSuite):
    @pytest.fixture
    def opened(self, db: SqlDatabase) -> Opened:
        def make(objects: Sequence[StoredObject], most: int = ANSWER_BYTES) -> Resolver:
            store(db, "r1", [stored(each) for each in objects])
            return CatalogResolver(db, most)

        return make


class TestThroughThePipe(ResolverSuite):
    @pytest.fixture
    def opened(self) -> Iterator[Opened]:
        made: list[Piped] = []

        def make(objects: Sequence[StoredObject], most: int = ANSWER_BYTES) -> Resolver:
            made.append(Piped(MemoryResolver(objects, most)))
            return made[-1].resolver

        yield make
        for each in made:
            each.close()


class TestMemoryResolver(ResolverSuite):
    @pytest.fixture
    def opened(self) -> Opened:
        return MemoryResolver


class Piped:
    """The way of a spawned worker's questions, there and back."""

    def __init__(self, resolver: Resolver) -> None:
        self._server = CallServer(None, resolver)  # type: ignore[arg-type]
        self._asking = Asking(self._sent)
        self.resolver = looked_up(self._asking.call)

    def close(self) -> None:
        self._server.close()

    def _sent(self, message: bytes) -> None:
        for _, payload in Frames().feed(message):
            self._server.take(self._replied, payload)

    def _replied(self, message: bytes) -> None:
        for _, payload in Frames().feed(message):
            self._asking.replied(payload)


class Unavailable(MemoryResolver):
    def named(self, queries: Sequence[NameQuery], types: Sequence[str] = ("Table",)) -> Any:
        raise Retry("the catalog is busy", reason="catalog")


def test_errors_come_through_the_pipe() -> None:
    piped = Piped(Unavailable())
    try:
        with pytest.raises(Retry, match="busy"):
            piped.resolver.named([NameQuery("shop", "x")])
        with pytest.raises(AttributeError, match="claim"):
            piped.resolver.claim  # type: ignore[attr-defined] # noqa: B018
    finally:
        piped.close()


def test_only_what_is_live_is_known(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run([row("shop.main.a"), row("shop.main.b")], [("table", "shop.main")])
    crawl.run([row("shop.main.a")], [("table", "shop.main")], gone=["shop.main.b"])
    resolver = CatalogResolver(db)
    assert [each.name for each in resolver.children("shop.main", "Table")] == ["a"]
    assert resolver.named([NameQuery("shop.main", "b"), NameQuery("shop.main", "B", folded=True)]) == [[], []]
