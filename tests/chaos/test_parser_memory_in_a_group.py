"""A real worker in a real control group of 256 MB, the least that is documented: a text that bloats the parser costs
itself, neither the process that reads it nor the container."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.chaos.groups import group
from tests.chaos.logged_estate import recipe
from tests.chaos.test_memory_in_a_group import worker
from tests.workers.cluster.rig import cluster

pytestmark = [pytest.mark.chaos, pytest.mark.server]
MB = 1 << 20


def test_a_text_that_bloats_the_parser_costs_itself_only(redis_url: str, tmp_path: Path) -> None:
    given = recipe(tmp_path, schemas=2, views=30, logged=5)
    with closing(duckdb.connect(str(tmp_path / "shop.db"))) as connection:
        numbers = ", ".join(map(str, range(120_000)))
        connection.execute(f"CREATE VIEW s1.fat AS SELECT id IN ({numbers}) AS known FROM s1.v0")
    with group(256 * MB) as inside, cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
        made.flusher()
        roomy = made.worker(1)  # what reads the database itself is no matter here
        assert made.crawl(given.narrowed(["metadata"])).status == "complete"
        roomy.terminate()
        made.until(lambda: roomy.poll() is not None)
        parent = worker(made, inside, "--concurrency", "1")
        summary = made.crawl(given.narrowed(["lineage"]))
        log = made.log(parent)
        assert parent.poll() is None, log
        assert inside.kills() == 0, log
        assert "256 MB of memory are little where lineage or usage is read" in log
        with made.ledger() as ledger:
            (failure,) = ledger.failures(summary.run)
            assert max(unit.crashes for unit in ledger.units(summary.run)) == 0, log
        assert failure.fqn.endswith(".s1.fat")
        assert "too much memory" in failure.message or "ended the parser" in failure.message
        lineage = summary.entities["Lineage"]
        assert (lineage.emitted > 58, lineage.failed, summary.reconciles) == (True, 1, True)
