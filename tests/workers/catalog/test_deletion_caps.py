"""How much may vanish in one run before a person must approve: of a scope, and of the service."""

from __future__ import annotations

import pytest

from specs.errors import UsageError
from tests.workers.catalog.crawls import Crawl, row
from workers.catalog import Catalog
from workers.store.database import SqlDatabase

DB, SCHEMA = "shop.db", "shop.db.s"
BASE = [row(DB, "Database"), row(SCHEMA, "Schema")]
LISTINGS = [("database", "shop"), ("schema", DB), ("table", SCHEMA)]


def tables(*names: str) -> list[str]:
    return [f"{SCHEMA}.{name}" for name in names]


def rows(*names: str) -> list:  # type: ignore[type-arg]
    return [*BASE, *(row(fqn) for fqn in tables(*names))]


def states(db: SqlDatabase) -> dict[str, str]:
    with db.read() as conn:
        return {r[0]: r[1] for r in conn.exec_driver_sql("SELECT fqn, state FROM entities WHERE state <> 'live'")}


def test_above_the_cap_deletions_wait_until_they_are_approved(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    names = [f"t{n:02d}" for n in range(40)]
    crawl.run(rows(*names), LISTINGS)
    lost = tables(*names[:11])
    run = crawl.run(rows(*names[11:]), LISTINGS, gone=lost)
    assert states(db) == {}
    assert {d.fqn: d.outcome for d in catalog.deletions(run.id)} == dict.fromkeys(lost, "waiting")
    assert catalog.approve(run.id) == {"Table": 11}
    assert catalog.approve(run.id) == {}
    assert states(db) == dict.fromkeys(lost, "missing")
    assert len(catalog.changes(run=run.id)) == 11
    crawl.run(rows(*names[11:]), LISTINGS, gone=lost)
    assert states(db) == dict.fromkeys(lost, "deleted")
    with pytest.raises(UsageError, match="newer run"):
        catalog.approve(run.id)


def test_the_cap_needs_both_more_than_ten_and_more_than_the_fraction(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    names = [f"t{n:02d}" for n in range(40)]
    crawl.run(rows(*names), LISTINGS)
    crawl.run(rows(*names[10:]), LISTINGS, gone=tables(*names[:10]))
    assert states(db) == dict.fromkeys(tables(*names[:10]), "missing")
    crawl.run(rows(*names), LISTINGS)
    crawl.run(rows(*names[11:]), LISTINGS, gone=tables(*names[:11]), max_fraction=0.3)
    assert states(db) == dict.fromkeys(tables(*names[:11]), "missing")
    crawl.run(rows(*names), LISTINGS)
    crawl.run(rows(*names[5:]), LISTINGS, gone=tables(*names[:5]), max_objects=4)
    assert states(db) == {}


def test_the_same_caps_hold_for_the_service_as_a_whole(db: SqlDatabase) -> None:
    """A little in every schema is much of the service."""
    crawl, catalog = Crawl(db), Catalog(db)
    schemas = [f"{DB}.s{n}" for n in range(6)]
    listings = LISTINGS[:2] + [("table", schema) for schema in schemas]
    containers = [row(DB, "Database"), *(row(schema, "Schema") for schema in schemas)]
    names = [f"{schema}.t{n}" for schema in schemas for n in range(10)]
    others = [row(f"{schemas[0]}.f{n}", "Sequence") for n in range(900)]
    kept = [row(name) for name in names[12:]]
    crawl.run([*containers, *map(row, names), *others], listings)
    run = crawl.run([*containers, *kept, *others], listings, gone=names[:10] + names[10:11])
    assert states(db) == {}, "one of one schema, ten of another: other kinds of objects do not water it down"
    assert {d.outcome for d in catalog.deletions(run.id) if d.verdict == "no"} == {"waiting"}
    assert catalog.approve(run.id) == {"Table": 11}
    crawl.run([*containers, *map(row, names), *others], listings)
    crawl.run([*containers, *kept, *others], listings, gone=names[:12], max_fraction=0.9)
    assert states(db) == dict.fromkeys(names[:12], "missing")
    crawl.run([*containers, *map(row, names), *others], listings)
    few = [row(name) for name in names if not name.endswith("t0")]
    crawl.run([*containers, *few, *others], listings, gone=[name for name in names if name.endswith("t0")])
    assert states(db) == dict.fromkeys([name for name in names if name.endswith("t0")], "missing")


def test_a_dropped_container_counts_once(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    schemas = [row(f"{DB}.s{n}", "Schema") for n in range(12)]
    below = [row(f"{DB}.s0.t{n}") for n in range(50)]
    crawl.run([row(DB, "Database"), *schemas, *below], LISTINGS[:2] + [("table", f"{DB}.s0")])
    crawl.run([row(DB, "Database"), *schemas[1:]], LISTINGS[:2], gone=[f"{DB}.s0"])
    assert len(states(db)) == 51
