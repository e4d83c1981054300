"""Usage that the tests of several sinks send: days of one table, as a follower of the catalog gets them."""

from __future__ import annotations

from datetime import date
from typing import Any

from specs import names
from specs.contracts.sink import Change
from specs.entities.usage import ColumnUse, QueryUse, Usage
from tests.workers.sinks.lineages import PUBLIC
from workers.feed.subscription.pages import told

DAY = "2026-03-29"


def used(queries: int, name: str = "orders", day: str = DAY, **fields: Any) -> Change:
    target = f"{PUBLIC}.{name}"
    usage = Usage(
        fqn=names.build("shop", day, f"db.public.{name}"), name=f"db.public.{name}", parent=names.build("shop", day),
        target=target, day=date.fromisoformat(day), queries=queries, **fields,
    )  # fmt: skip
    return Change(1, "upsert", "Usage", usage.fqn, "live", told(usage.content(), usage.stats()))


def busy(queries: int = 7, day: str = DAY) -> Change:
    """A day with all that a log may tell."""
    return used(
        queries, day=day, users=2, user_names=("ann", "bob"), columns=(ColumnUse(column="id", queries=5),),
        top=(QueryUse(sql="SELECT id FROM orders WHERE id = ?", count=5),),
    )  # fmt: skip
