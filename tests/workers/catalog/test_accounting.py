"""Whatever is delivered in whatever order: what was emitted is what is stored, and the feed tells each change once.

A run changes an identity once: what it delivers of it afterwards is refused.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.catalog.crawls import Crawl, columns, row, store
from workers.catalog import Catalog
from workers.store.database import open_database

DELIVERY = st.tuples(st.sampled_from("abcd"), st.integers(0, 2))
RUNS = st.lists(st.lists(st.lists(DELIVERY, max_size=6), max_size=4), max_size=4)
"""Runs of batches of (table, version of its content)."""


@settings(max_examples=60)
@given(RUNS)
def test_emitted_is_stored_and_every_change_is_told_once(runs: list[list[list[tuple[str, int]]]]) -> None:
    db = open_database("sqlite://")
    catalog = Catalog(db)
    now: dict[str, int] = {}
    told: list[tuple[str, str]] = []
    for n, batches in enumerate(runs):
        emitted: Counter[str] = Counter()
        changed: set[str] = set()
        for batch in batches:
            rows = [row(f"shop.s.{name}", columns=columns(id=str(version))) for name, version in batch]
            stored = store(db, f"r{n}", rows)
            emitted.update(stored.emitted)
            accepted = sum(stored.emitted.values()) + sum(stored.unchanged.values())
            assert accepted + len(stored.refused) == len(rows)
            first = {name: version for name, version in reversed(batch) if name not in changed}
            assert accepted == len(first)
            for name, version in sorted(first.items(), key=lambda each: [name for name, _ in batch].index(each[0])):
                if now.get(name) != version:
                    told.append((f"shop.s.{name}", "updated" if name in now else "created"))
                    now[name] = version
                    changed.add(name)
        assert catalog.stored(f"r{n}") == dict(emitted)
    found = catalog.changes(limit=1000)
    assert [change.seq for change in found] == list(range(1, len(told) + 1))
    for name in now:
        fqn = f"shop.s.{name}"
        assert [c.kind for c in found if c.fqn == fqn] == [kind for each, kind in told if each == fqn]
        entry = catalog.get(fqn)
        assert entry is not None
        assert entry.content["columns"][0]["native_type"] == str(now[name])
    db.close()


SEEN = st.sets(st.sampled_from("abcdefghijklmnop"))


@settings(max_examples=40)
@given(st.lists(st.tuples(SEEN, SEEN, SEEN, st.booleans()), min_size=1, max_size=5))
def test_nothing_that_exists_is_ever_taken_for_missing(runs: list[tuple[set[str], set[str], set[str], bool]]) -> None:
    """Listings may lose tables that exist; the source's answer by name decides, and only where the listing is whole."""
    db = open_database("sqlite://")
    crawl = Crawl(db)
    base = [row("shop.d", "Database"), row("shop.d.s", "Schema")]
    listings = [("database", "shop"), ("schema", "shop.d")]
    missing: set[str] = set()
    deleted: set[str] = set()
    known: set[str] = set()
    for exist, lost, filtered, whole in runs:
        listed = exist - lost
        crawl.run(
            [*base, *(row(f"shop.d.s.{name}") for name in sorted(listed - filtered))],
            [*listings, ("table", "shop.d.s")] if whole else listings,
            seen=[("Table", f"shop.d.s.{name}") for name in listed & filtered],
            gone=[f"shop.d.s.{name}" for name in "abcdefghijklmnop" if name not in exist],
            max_fraction=1.0,
        )
        known |= listed - filtered
        missing -= listed - filtered
        deleted -= listed - filtered
        if whole:
            missing -= exist - listed  # asked for by name, and there
            absent = {name for name in known - exist if name not in deleted}
            deleted |= absent & missing
            missing = (missing - deleted) | (absent - deleted)
        with db.read() as conn:
            states = {
                r[0][-1]: r[1] for r in conn.exec_driver_sql("SELECT fqn, state FROM entities WHERE type = 'Table'")
            }
        assert {name for name, state in states.items() if state == "missing"} == missing
        assert {name for name, state in states.items() if state == "deleted"} == deleted
    db.close()
