"""The processes of an embedded crawl are governed in the same terms: watched, bounded, replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.rig import Pooled, database, fake
from workers.embedded.pool import Pool
from workers.ledger import SqlLedger
from workers.process.governor import MemoryBudget

pytestmark = pytest.mark.chaos
MB = 1 << 20
POISON = "estate.db_00.schema_0001.t0000040"


def nothing(pool: Pool, ledger: SqlLedger, run: str) -> None: ...


@pytest.mark.parametrize(
    ("action", "message"),
    [("hog", "killed the worker process twice"), ("gulp", "memory ran out twice over it alone")],
)
def test_an_object_that_takes_all_memory_fails_alone(action: str, message: str, tmp_path: Path) -> None:
    fault = {"at": "build", "where": POISON, "action": action}
    wild = Pooled(fake(schemas=3, tables=60, columns=2, views=0, faults=[fault]), tmp_path, workers=2)
    run = wild.run(nothing, memory=MemoryBudget(limit=300 * MB, processes=2, hard=130 * MB))
    assert run is not None
    assert run.state == "partial"
    with database(tmp_path, "wild") as db:
        ledger = SqlLedger(db)
        (failure,) = ledger.failures(run.id)
        assert (failure.fqn, failure.reason) == (POISON, "poison")
        assert message in failure.message
        assert ledger.counts(run.id)["Table"]["emitted"] == 179
