"""Objects with large texts leave the catalog one by one: exports and feeds need memory for one of them, not for all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.catalog.crawls import row, store
from tests.workers.cluster.rig import ROOT
from workers.store.database import open_database

pytestmark = pytest.mark.server
MB = 1_000_000
VIEWS = 10
SIZE = 10 * MB
MORE = 90 * MB
"""Bytes that a process may need beyond what it has before: one object, and the copies of it on its way."""
MEASURE = """
import json, sys
def peak(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024  # of this program alone
from workers.store.database import open_database
from workers.catalog import Catalog
from workers.feed.subscription import pages
from workers.sinks.jsonl.config import JsonlConfig
from workers.sinks.jsonl.snapshot import JsonlSink
from workers.feed.subscription.subscriptions import FeedPosition
db = open_database(sys.argv[1])
list(Catalog(db).services())
before = peak()
{act}
print(json.dumps([told, peak() - before]))
"""
WAYS = {
    "snapshot": "told = JsonlSink(JsonlConfig(type='jsonl', path=sys.argv[2])).write(Catalog(db).export('shop'))",
    "export": "told = sum(1 for line in Catalog(db).export())",
    "state": """
told, at = 0, pages.begun(db)
while True:
    page = pages.read(db, 'shop', at)
    told, at = told + len(page.changes), page.position
    if not page.more: break
""",
    "feed": """
told, at = 0, FeedPosition(0, '')
while True:
    page = pages.read(db, 'shop', at)
    told, at = told + len(page.changes), page.position
    if not page.more: break
""",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'c.db'}"
    found: str = request.getfixturevalue("postgres_database")
    return found


@pytest.fixture
def stored(url: str) -> Iterator[str]:
    """A catalog with ten views of ten megabytes each, as one run stores them."""
    db = open_database(url)
    try:
        for n in range(VIEWS):
            store(db, "r", [row(f"shop.s.v{n}", view_definition=f"select '{n}" + "x" * SIZE + "'")])
        yield url
    finally:
        db.close()


@pytest.mark.parametrize("way", WAYS)
def test_memory_is_for_one_of_them(way: str, stored: str, tmp_path: Path) -> None:
    code = MEASURE.format(act=WAYS[way])
    done = subprocess.run(
        [sys.executable, "-c", code, stored, str(tmp_path / "out.jsonl")], cwd=ROOT, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, more = json.loads(done.stdout)
    assert told >= VIEWS
    assert more < MORE, f"{more / MB:.0f} MB"
