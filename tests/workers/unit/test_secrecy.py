"""What a connector's libraries quote in their errors is stored without the secrets that they were given."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from scheduler.control.openings import opening
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment, UnitBudget
from specs.entities.base import Entity
from specs.errors import Fatal, Retry
from specs.recipe.recipe import Recipe
from specs.service_spec import DefaultDatabaseSpec
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process.stop_flag import StopFlag
from workers.store.database import open_database

TOKEN, HEADER = "planted-token-17", "planted-header-18"


class QuotingConnection(FakeConnection):
    token: SecretStr = SecretStr("")
    headers: dict[str, tuple[SecretStr, ...]] = Field(default={})
    where: str = ""


class QuotingSource(FakeSource):
    """Its errors quote the secrets of its connection, as those of HTTP libraries do."""

    config: QuotingConnection

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self._break("object")
        return super().yield_table(item, scope)

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        self._break("listing")
        return super().tables(scope, span)

    def identity(self) -> str:
        self._break("connection")
        return super().identity()

    def yield_schema(self, item: Item, scope: Scope) -> Iterable[Entity]:
        self._break("retry", Retry)
        self._break("fatal", Fatal)
        return super().yield_schema(item, scope)

    def _break(self, where: str, kind: type[Exception] = OSError) -> None:
        if self.config.where == where:
            header = self.config.headers["x"][0].get_secret_value()
            raise kind(f"GET https://host/?key={self.config.token.get_secret_value()} with {header} was refused")


spec = DefaultDatabaseSpec(name="quoting", connection=QuotingConnection, metadata_source_class=QuotingSource)


QUOTED = "GET https://host/?key=*** with *** was refused"


def crawl(folder: Path, where: str) -> bytes:
    """Everything that a crawl stores whose source breaks there."""
    recipe = Recipe.from_dict(
        {
            "service": {"name": "shop", "type": f"{__name__}:spec"},
            "connection": {
                "schemas": 1, "tables": 2, "where": where,
                "token": "${prompt:token}", "headers": {"x": ["${prompt:header}"]},
            },
        }
    )  # fmt: skip
    with open_database(f"sqlite:///{folder / 'catalog.db'}") as db:
        ledger = SqlLedger(db)
        run = ledger.open_run(opening(recipe), now=time.time()).id
        secrets = {"token": TOKEN, "header": HEADER}
        tick = Reconciler(ledger, run, ledger.outstanding).tick
        solo(ledger, Assignment(run, recipe, secrets, budget=UnitBudget(pause=0.01)), StopFlag(), tick)
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("where", ["object", "listing", "connection", "retry"])
def test_no_failure_is_stored_with_a_secret(tmp_path: Path, where: str) -> None:
    kept = crawl(tmp_path, where)
    assert QUOTED.encode() in kept
    assert TOKEN.encode() not in kept
    assert HEADER.encode() not in kept


def test_what_ends_the_run_quotes_no_secret(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        crawl(tmp_path, "fatal")
    assert caught.value.what == QUOTED
