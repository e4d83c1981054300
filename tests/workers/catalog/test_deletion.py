"""Deletion only with evidence: through the real ledger, with a source that answers by name."""

from __future__ import annotations

import pytest

from specs.errors import UsageError
from tests.workers.catalog.crawls import Crawl, row, span
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


def test_a_dropped_table_is_missing_first_and_deleted_by_the_next_no(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b", "c"), LISTINGS)
    second = crawl.run(rows("a", "b"), LISTINGS, gone=tables("c"))
    assert crawl.asked == tables("c")
    assert states(db) == {f"{SCHEMA}.c": "missing"}
    assert (catalog.missing(second.id), catalog.deleted(second.id)) == ({"Table": 1}, {})
    assert catalog.changes(run=second.id)[-1].diff == {"state": ["live", "missing"]}
    entry = catalog.get(f"{SCHEMA}.c")
    assert entry is not None
    assert entry.state == "missing"
    third = crawl.run(rows("a", "b"), LISTINGS, gone=tables("c"))
    assert states(db) == {f"{SCHEMA}.c": "deleted"}
    assert (catalog.missing(third.id), catalog.deleted(third.id)) == ({}, {"Table": 1})
    assert [(c.kind, c.fqn) for c in catalog.changes(run=third.id)] == [("deleted", f"{SCHEMA}.c")]
    assert catalog.get(f"{SCHEMA}.c") is None
    fourth = crawl.run(rows("a", "b"), LISTINGS)
    assert catalog.changes(run=fourth.id) == []
    assert list(catalog.deletions(fourth.id)) == []


def test_a_yes_about_a_missing_table_makes_it_live_again(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b", "c"), LISTINGS)
    crawl.run(rows("a", "b"), LISTINGS, gone=tables("c"))
    back = crawl.run(rows("a", "b"), LISTINGS)
    assert states(db) == {}
    assert [(c.kind, c.diff) for c in catalog.changes(run=back.id)] == [("restored", {"state": ["missing", "live"]})]
    assert (catalog.missing(back.id), catalog.deleted(back.id)) == ({}, {})
    crawl.run(rows("a", "b"), LISTINGS, gone=tables("c"))
    assert states(db) == {f"{SCHEMA}.c": "missing"}  # one no after a yes is not the second one


@pytest.mark.parametrize("answer", ["yes", "unknown"])
def test_what_the_source_still_has_or_cannot_tell_stays(db: SqlDatabase, answer: str) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b"), LISTINGS)
    run = crawl.run(rows("a"), LISTINGS, unknown=tables("b") if answer == "unknown" else ())
    assert crawl.asked == tables("b")
    assert states(db) == {}
    assert [(d.outcome, d.verdict) for d in Catalog(db).deletions(run.id)] == [("kept", answer)]


def test_what_comes_back_is_restored(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b", "c"), LISTINGS)
    for expected in ("missing", "deleted"):
        crawl.run(rows("a", "b"), LISTINGS, gone=tables("c"))
        assert states(db) == {f"{SCHEMA}.c": expected}
    back = crawl.run(rows("a", "b", "c"), LISTINGS)
    assert states(db) == {}
    assert [(c.kind, c.fqn) for c in catalog.changes(run=back.id)] == [("restored", f"{SCHEMA}.c")]
    assert catalog.stored(back.id) == {"Table": 1}


def test_incomplete_listings_suspect_nobody(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b", "c"), LISTINGS)
    for case in (
        {"covered": LISTINGS[:2]},
        {"covered": LISTINGS, "errors": [("table", SCHEMA)]},
        {"covered": LISTINGS[:2], "coverages": [span("table", SCHEMA, None, "m"), span("table", SCHEMA, "n", None)]},
        {"covered": LISTINGS, "deletes": False},
    ):
        run = crawl.run(rows("a"), **case)  # type: ignore[arg-type]
        assert list(Catalog(db).deletions(run.id)) == []
    assert states(db) == {}


def test_ranges_that_tile_the_key_space_are_a_complete_listing(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b"), LISTINGS)
    parts = [span("table", SCHEMA, "b", None), span("table", SCHEMA, None, "b")]
    crawl.run(rows("a"), LISTINGS[:2], coverages=parts, gone=tables("b"))
    assert states(db) == {f"{SCHEMA}.b": "missing"}


def test_filtered_and_failed_objects_are_seen(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b"), LISTINGS)
    run = crawl.run(rows("a"), LISTINGS, seen=[("Table", f"{SCHEMA}.b")])
    assert list(Catalog(db).deletions(run.id)) == []


def test_descendants_go_with_their_container_and_come_back_with_it(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    trigger = row(f"{SCHEMA}.b.audit", "Trigger", owner=f"{SCHEMA}.b")
    crawl.run([*rows("a", "b"), trigger, row("shop.db.s 2", "Schema"), row("shop.db.s-3.x")], LISTINGS)
    gone = crawl.run([row(DB, "Database"), row("shop.db.s 2", "Schema")], LISTINGS[:2], gone=[SCHEMA])
    assert crawl.asked == [SCHEMA]
    below = [SCHEMA, *tables("a", "b"), f"{SCHEMA}.b.audit"]
    assert states(db) == dict.fromkeys(below, "missing")
    assert catalog.missing(gone.id) == {"Schema": 1, "Table": 2, "Trigger": 1}
    assert {d.fqn: d.cause for d in catalog.deletions(gone.id)} == {SCHEMA: None, **dict.fromkeys(below[1:], SCHEMA)}
    assert catalog.undelete(SCHEMA) == [
        ("Schema", SCHEMA),
        *[("Trigger" if fqn.endswith("audit") else "Table", fqn) for fqn in below[1:]],
    ]
    assert states(db) == {}
    for _ in range(2):
        crawl.run([row(DB, "Database"), row("shop.db.s 2", "Schema")], LISTINGS[:2], gone=[SCHEMA])
    assert states(db) == dict.fromkeys(below, "deleted")
    back = crawl.run([*rows("a", "b"), trigger, row("shop.db.s 2", "Schema")], LISTINGS)
    assert states(db) == {}
    assert catalog.stored(back.id) == {"Schema": 1, "Table": 2, "Trigger": 1}


def test_what_was_seen_never_goes_with_a_container(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b"), LISTINGS)
    crawl.run([row(DB, "Database"), row(f"{SCHEMA}.a")], LISTINGS[:2], gone=[SCHEMA])
    assert states(db) == {SCHEMA: "missing", f"{SCHEMA}.b": "missing"}


def test_a_live_namesake_keeps_what_lies_below_the_name(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    twin = row(f"{SCHEMA}.a", "Sequence")
    trigger = row(f"{SCHEMA}.a.audit", "Trigger", owner=f"{SCHEMA}.a")
    crawl.run([*rows("a"), twin, trigger], [*LISTINGS, ("sequence", SCHEMA)])
    crawl.run(BASE, [*LISTINGS[:2], ("sequence", SCHEMA)], gone=[f"{SCHEMA}.a"])
    with db.read() as conn:
        gone = list(conn.exec_driver_sql("SELECT type FROM entities WHERE state <> 'live'").scalars())
    assert gone == ["Sequence"]


def test_secondary_entities_are_suspects_only_when_their_owner_was_sent(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    audits = {name: row(f"{SCHEMA}.{name}.audit", "Trigger", owner=f"{SCHEMA}.{name}") for name in "ab"}
    crawl.run([*rows("a", "b"), *audits.values()], LISTINGS)
    run = crawl.run(rows("a"), LISTINGS, seen=[("Table", f"{SCHEMA}.b")], gone=[f"{SCHEMA}.{n}.audit" for n in "ab"])
    assert [d.fqn for d in Catalog(db).deletions(run.id)] == [f"{SCHEMA}.a.audit"]
    assert states(db) == {f"{SCHEMA}.a.audit": "missing"}


def test_changed_grants_make_every_suspect_a_doubt(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b"), LISTINGS, fingerprint="all")
    for _ in range(3):  # however often the same few grants are seen
        run = crawl.run(rows("a"), LISTINGS, fingerprint="few", gone=tables("b"))
        assert states(db) == {}
        assert [d.outcome for d in catalog.deletions(run.id)] == ["doubt"]
    crawl.run(rows("a"), LISTINGS, fingerprint="all", gone=tables("b"))
    assert states(db) == {f"{SCHEMA}.b": "missing"}


def test_a_person_may_end_the_doubt(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b"), LISTINGS, fingerprint="all")
    run = crawl.run(rows("a"), LISTINGS, fingerprint="few", gone=tables("b"))
    assert catalog.approve(run.id) == {}
    assert catalog.approve(run.id, doubtful=True) == {"Table": 1}
    assert states(db) == {f"{SCHEMA}.b": "missing"}


def test_a_person_may_end_the_doubt_about_what_is_missing_already(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(rows("a", "b"), LISTINGS, fingerprint="few")
    crawl.run(rows("a"), LISTINGS, fingerprint="few", gone=tables("b"))
    run = crawl.run(rows("a"), LISTINGS, fingerprint="all", gone=tables("b"))
    assert [d.outcome for d in catalog.deletions(run.id)] == ["doubt"]
    assert catalog.approve(run.id, doubtful=True) == {"Table": 1}
    assert states(db) == {f"{SCHEMA}.b": "deleted"}


def test_a_retry_does_not_stand_in_the_way_of_an_approval(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    names = [f"t{n:02d}" for n in range(20)]
    crawl.run(rows(*names), LISTINGS)
    run = crawl.run(rows(*names[11:]), LISTINGS, gone=tables(*names[:11]))
    changed = row(f"{SCHEMA}.t03", comment="back again")
    crawl.run([*rows("t19"), changed], LISTINGS, deletes=False, parent=run.id)
    assert catalog.approve(run.id) == {"Table": 10}
    assert f"{SCHEMA}.t03" not in states(db)


def test_a_newer_crawl_forbids_approval_even_when_it_deletes_nothing(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    names = [f"t{n:02d}" for n in range(20)]
    crawl.run(rows(*names), LISTINGS)
    run = crawl.run(rows(*names[11:]), LISTINGS, gone=tables(*names[:11]))
    crawl.run(rows(*names), LISTINGS, deletes=False)
    with pytest.raises(UsageError, match="newer run"):
        catalog.approve(run.id)
    assert states(db) == {}


def test_doubt_ends_when_the_object_is_seen_again(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(rows("a", "b"), LISTINGS, fingerprint="all")
    crawl.run(rows("a"), LISTINGS, fingerprint="few", gone=tables("b"))
    crawl.run(rows("a", "b"), LISTINGS, fingerprint="few")
    crawl.run(rows("a"), LISTINGS, fingerprint="few", gone=tables("b"))
    assert states(db) == {f"{SCHEMA}.b": "missing"}


def test_many_suspects_are_asked_about_in_parts(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    names = [f"t{n:04d}" for n in range(5500)]
    crawl.run(rows(*names), LISTINGS)
    run = crawl.run(BASE, LISTINGS, gone=tables(*names))
    assert crawl.asked == tables(*names)
    assert states(db) == {}
    assert Catalog(db).approve(run.id) == {"Table": 5500}


def test_undelete_needs_something_to_bring_back(db: SqlDatabase) -> None:
    Crawl(db).run(rows("a"), LISTINGS)
    with pytest.raises(UsageError, match="nothing missing or deleted"):
        Catalog(db).undelete(f"{SCHEMA}.a")


def test_approval_of_an_unknown_run_says_so(db: SqlDatabase) -> None:
    with pytest.raises(UsageError, match="there is no run 'nope'"):
        Catalog(db).approve("nope")
