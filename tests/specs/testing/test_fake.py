"""The fake service: computed from its seed, any size in flat memory, failing as told, across processes."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specs import registry
from specs.config import Limits
from specs.errors import Retry
from specs.testing import harvest
from specs.testing.fake import FakeConnection, FakeSource, Fault
from specs.topology.events import Start
from specs.topology.node import Outcome
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.patience import PATIENCE

SCHEMA = Scope.of("fake", "db_00", "schema_0000")
TABLE = "fake.db_00.schema_0000.t0000001"


def fake(**config: object) -> FakeSource:
    return FakeSource("fake", FakeConnection.model_validate({"schemas": 2, "tables": 5, "columns": 3} | config))


def content(**config: object) -> list[str]:
    return [event.entity.content() for event in harvest.entities(lambda: fake(**config))]


def names(source: FakeSource) -> list[str]:
    return [produced.key for produced in source.tables(SCHEMA, EVERYTHING)]


def test_a_seed_is_a_service() -> None:
    assert content(seed=1) == content(seed=1)
    assert content(seed=1) != content(seed=2)


def test_it_is_as_large_as_told() -> None:
    whole = harvest.walk_whole(lambda: fake(databases=2, schemas=3, tables=(4, 1), procedures=3, sequences=2, types=1))
    counted = {type_: sum(sent[0] == type_ for sent in whole.sent) for type_ in {sent[0] for sent in whole.sent}}
    assert counted == {
        **{"Service": 1, "Database": 2, "Schema": 6, "Table": 18},
        **{"StoredProcedure": 18, "Sequence": 12, "UserType": 6},
    }


def test_a_hundred_thousand_tables_are_read_in_flat_memory() -> None:
    code = """
import resource, sys
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.engine import walk
from specs.topology.events import Start
from specs.topology.scope import Scope
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = FakeSource("fake", FakeConnection(schemas=1, tables=100_000))
walking = walk(source, source.topology, Start("table", Scope.of("fake", "db_00", "schema_0000")))
for number, event in enumerate(walking):
    if number == 2000: early = peak()
    if number == 60_000: break
print(peak() - early)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert int(done.stdout) < 2048, f"{done.stdout} KB more after 30,000 tables"


def test_any_key_of_a_huge_listing_is_reached_at_once() -> None:
    source = fake(schemas=10, tables=100_000)
    span = KeyRange("t0099997", None)
    assert [produced.key for produced in source.tables(SCHEMA, span)] == ["t0099998", "t0099999"]
    assert source.statements == 1 + source.facets("table")
    keys = list(source.split("table", SCHEMA, EVERYTHING, 2500))
    assert len(keys) == 39
    assert source.exists("Table", SCHEMA, ["t0099999", "t0100000", "t99999", "T0099999"]) == {
        **{"t0099999": "yes", "t0100000": "no"},
        **{"t99999": "no", "T0099999": "no"},
    }


def test_a_new_version_changes_what_is_to_change() -> None:
    before, after = content(changed=[TABLE], version=1), content(changed=[TABLE], version=2)
    different = [json.loads(one)["fqn"] for one, two in zip(before, after, strict=True) if one != two]
    assert different == [TABLE]
    estimates = [[e.entity.stats() for e in harvest.entities(lambda v=v: fake(version=v))] for v in (1, 2)]  # type: ignore[misc]
    assert estimates[0] != estimates[1]


def test_objects_come_go_and_hide() -> None:
    extra = "fake.db_00.schema_0000.new"
    source = fake(added=[extra], dropped=[TABLE], hidden=[TABLE[:-1] + "2"], unlisted=[TABLE[:-1] + "3"], views=0)
    assert names(source) == ["new", "t0000000", "t0000004"]
    asked = ["new", "t0000001", "t0000002", "t0000003", "t0000004"]
    assert list(source.exists("Table", SCHEMA, asked).values()) == ["yes", "no", "unknown", "yes", "yes"]
    gone = fake(dropped=["fake.db_00.schema_0000"])
    assert gone.exists("Table", SCHEMA, ["t0000000"]) == {"t0000000": "no"}
    denied = fake(faults=[{"at": "list", "where": SCHEMA.fqn, "action": "stop"}])
    assert denied.exists("Table", SCHEMA, ["t0000000", "nonsense"]) == {"t0000000": "unknown", "nonsense": "unknown"}


def test_a_fault_counts_across_sources_and_processes(tmp_path: Path) -> None:
    config = FakeConnection(
        state=str(tmp_path / "state"),
        faults=(Fault(at="build", where=TABLE, action="retry", times=2),),
    )
    code = (
        "from specs.testing.fake import *; from specs.topology.scope import *;"
        f"s = FakeSource('fake', FakeConnection.model_validate_json({config.model_dump_json()!r}));"
        "s.yield_table(None, Scope.of('fake', 'db_00', 'schema_0000', 't0000001')).__next__()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert "specs.errors.Retry" in done.stderr
    with pytest.raises(Retry):
        harvest.walk_unit(lambda: FakeSource("fake", config), Start("table", SCHEMA))
    assert len(harvest.walk_unit(lambda: FakeSource("fake", config), Start("table", SCHEMA)).sent) == 10


@pytest.mark.parametrize(("action", "code"), [("exit", 9), ("kill", -9)])
def test_a_fault_can_end_the_process(action: str, code: int) -> None:
    program = (
        "from specs.testing.fake import *; from specs.topology.scope import *;"
        f"s = FakeSource('fake', FakeConnection(faults=(Fault(at='read', where={TABLE!r}, action={action!r}),)));"
        "list(s.tables(Scope.of('fake', 'db_00', 'schema_0000'), EVERYTHING)); print('survived')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (code, "")


def test_a_hanging_statement_ends_with_its_timeout() -> None:
    config = FakeConnection(faults=(Fault(at="list", where=SCHEMA.fqn, action="hang", seconds=3600),))
    source = FakeSource("fake", config, limits=Limits(statement_timeout=0.05))
    with pytest.raises(Retry) as caught:
        names(source)
    assert caught.value.reason == "timeout"
    source = FakeSource("fake", config)
    source.cancel()
    with pytest.raises(Retry, match="cancelled"):
        names(source)


def test_connections_are_lost_after_some_rows() -> None:
    source = fake(faults=[{"at": "list", "where": SCHEMA.fqn, "action": "retry", "after": 3, "times": 1}])
    read: list[str] = []
    with pytest.raises(Retry):
        read.extend(produced.key for produced in source.tables(SCHEMA, EVERYTHING))
    assert read == ["t0000000", "t0000001", "t0000002"]
    assert len(names(source)) == 5


def test_pages_can_be_small_and_slow() -> None:
    source = fake(tables=10, page=3, latency=1)
    started = time.monotonic()
    assert len(names(source)) == 10
    assert time.monotonic() - started >= 0.004
    assert source.statements == 1 + 4 * source.facets("table")


def test_estimates_lie_as_told() -> None:
    database = Scope.of("fake", "db_00")
    assert [item.estimate for item in fake().schemas(database, EVERYTHING)] == [5, 5]  # type: ignore[union-attr]
    assert [item.estimate for item in fake(estimates=1000).schemas(database, EVERYTHING)] == [5000] * 2  # type: ignore[union-attr]
    assert [item.estimate for item in fake(estimates=None).schemas(database, EVERYTHING)] == [None] * 2  # type: ignore[union-attr]


def test_poison_is_not_read() -> None:
    poison = frozenset({("table", SCHEMA.fqn, "t0000001")})
    config = FakeConnection(tables=3, faults=(Fault(at="read", where=TABLE, action="exit"),))
    source = FakeSource("fake", config, reading=ReadMode(slice=1, poison=poison))
    outcomes = [each for each in source.tables(SCHEMA, EVERYTHING) if isinstance(each, Outcome)]
    assert [(each.fqn, each.reason) for each in outcomes] == [(TABLE, "poison")]


def test_it_loads_by_module_and_attribute() -> None:
    spec = registry.load("specs.testing.fake:spec")
    config = spec.config_class().model_validate({"tables": 2})
    assert spec.part("metadata_source_class")("x", config).identity() == "fake:0"
