"""What a crawl imports: what every process pays for before it asks its source anything. How long it takes is measured
by ``make bench``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

NEEDLESS = {
    *(
        "specs.entities.services.dashboard",
        "specs.entities.lineage",
        "specs.entities.profile",
        "specs.sources.services.api",
    ),
    *(
        "scheduler.recipes.foreign.datahub",
        "scheduler.recipes.foreign.openmetadata",
        "scheduler.recipes.urls.shorthand",
    ),
    *("workers.sinks", "workers.feed.embedded", "workers.metrics.cluster", "workers.schedules.schedules"),
    *(
        "scheduler.cli.display.report",
        "workers.embedded.pool",
        "rich",
        "celery",
        "redis",
        "requests",
        "sqlalchemy",
        "workers.store.migrations.steps",
    ),
}
PROBE = """
import atexit, sys, headrace
sys.argv[1:] = ["crawl", {source!r}, "--catalog", {catalog!r}, "--quiet", "--json"]
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
headrace.main()
"""


def crawled(source: str, folder: Path, *, code: int = 0) -> set[str]:
    """Crawl in a process of its own; the modules that it held at its end."""
    probe = PROBE.format(source=source, catalog=f"sqlite:///{folder / 'catalog.db'}")
    done = subprocess.run([sys.executable, "-c", probe], cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == code, done.stderr.splitlines()[0]
    return set(done.stderr.splitlines()[-1].split())


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    found = tmp_path / "shop.yml"
    found.write_text('service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, tables: 2}\n')
    return found


def test_a_crawl_imports_what_it_uses(recipe: Path, tmp_path: Path) -> None:
    modules = crawled(str(recipe), tmp_path)
    assert not modules & NEEDLESS
    ours = {name for name in modules if name.partition(".")[0] in ("specs", "workers", "scheduler", "connectors")}
    rooms = {name.rpartition(".")[0] for name in ours}  # packages, which hold a docstring or names for others
    assert len(ours - rooms) <= 158


def test_a_crawl_with_a_sink_imports_what_feeds_it(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(recipe.read_text() + "sinks: [{type: jsonl, path: out.jsonl, mode: changes}]\n")
    assert {"workers.sinks", "workers.feed.embedded"} <= crawled(str(recipe), tmp_path)
    assert (tmp_path / "out.jsonl").read_text().count("\n") > 2


def test_a_url_needs_no_yaml(tmp_path: Path) -> None:
    modules = crawled("sqlite:///nothing.db", tmp_path, code=2)
    assert "scheduler.recipes.urls.shorthand" in modules
    assert "yaml" not in modules
