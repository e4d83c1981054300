"""Whole runs over the fake service: numbers that reconcile, outcomes, retries, deletions, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.runs.crawl import crawl, resume, retry
from scheduler.app.runs.summary import Progress
from scheduler.cli.display.report import report
from specs.errors import Fatal, UsageError
from tests.scheduler.app.runs.crawled import Estate
from workers.ledger import SqlLedger
from workers.store.database import open_database


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path)


def test_a_run_accounts_for_everything(estate: Estate) -> None:
    summary = estate.crawl(triggers=0.3, procedures=4, sequences=2, types=1)
    assert (summary.status, summary.exit_code, summary.reason) == ("complete", 0, "")
    emitted = {type_: tally.emitted for type_, tally in summary.entities.items()}
    triggers = emitted.pop("Trigger")
    assert triggers > 0
    expected = {"Service": 1, "Database": 1, "Schema": 2, "Table": 24, "StoredProcedure": 8}
    assert emitted == expected | {"Sequence": 4, "UserType": 2}
    assert sum(tally.listed for tally in summary.entities.values()) == len(estate.export())
    assert summary.statements > 0
    assert summary.peak_rss_mb > 0


def test_the_json_is_exactly_what_is_promised(estate: Estate) -> None:
    found = estate.crawl().as_json()
    assert list(found) == [
        "run", "status", "entities", "deleted", "incomplete_scopes", "statements", "seconds", "peak_rss_mb"
    ]  # fmt: skip
    assert set(found["entities"]["Table"]) == {
        "listed", "emitted", "unchanged", "filtered", "failed", "gone", "stored"
    }  # fmt: skip
    json.dumps(found)


def test_a_second_run_changes_nothing(estate: Estate) -> None:
    estate.crawl(triggers=0.5)
    before = estate.export()
    again = estate.crawl(triggers=0.5)
    assert {tally.emitted for tally in again.entities.values()} == {0}
    assert again.entities["Table"].unchanged == 24
    assert estate.export() == before


def test_two_processes_store_the_same(estate: Estate, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Estate(tmp_path / "other")
    one, two = estate.crawl(triggers=0.2), other.crawl(triggers=0.2, workers=2)
    assert two.status == "complete"
    assert two.entities == one.entities
    assert other.export() == estate.export()


def test_a_changed_table_is_emitted_alone(estate: Estate) -> None:
    estate.crawl()
    again = estate.crawl(version=2, changed=["shop.db_00.schema_0000.t0000003"])
    assert (again.entities["Table"].emitted, again.entities["Table"].unchanged) == (1, 23)


def test_filters_are_counted_by_rule(estate: Estate) -> None:
    rules = {"extract": {"metadata": {"schemas": {"exclude": ["1$"]}, "tables": {"exclude": ["03$"]}}}}
    summary = estate.crawl(recipe=rules, views=0)
    assert summary.entities["Schema"].filtered == 1
    assert summary.entities["Table"].filtered == 1
    assert summary.filtered == {"Schema by schemas.exclude: 1$": 1, "Table by tables.exclude: 03$": 1}
    assert summary.status == "complete"


def fault(where: str, action: str, at: str = "build", **more: Any) -> dict[str, Any]:
    return {"at": at, "where": where, "action": action, **more}


SCHEMA = "shop.db_00.schema_0000"
TABLE = f"{SCHEMA}.t0000003"


def test_filters_that_make_no_difference_are_noticed(estate: Estate) -> None:
    extract = {"schemas": {"include": ["_0001$", "^shcema"]}, "tables": {"exclude": ["3$", "^zzz"]}}
    for _ in range(2):
        summary = estate.crawl(recipe={"extract": {"metadata": extract}})
        assert summary.idle_filters == ["schemas.include: ^shcema", "tables.exclude: ^zzz"]
    assert "Filters that made no difference: schemas.include: ^shcema, tables.exclude: ^zzz" in report(summary, "")
    assert estate.crawl().idle_filters == []


@pytest.mark.parametrize("action", ["error", "skip"])
def test_a_broken_object_is_one_failure(estate: Estate, action: str) -> None:
    summary = estate.crawl(faults=[fault(TABLE, action)])
    assert (summary.status, summary.exit_code) == ("partial", 3)
    assert (summary.entities["Table"].failed, summary.entities["Table"].emitted) == (1, 23)
    assert summary.incomplete_scopes == []


def test_an_object_dropped_meanwhile_is_gone_and_no_failure(estate: Estate) -> None:
    summary = estate.crawl(faults=[fault(TABLE, "gone", "read")])
    assert (summary.status, summary.entities["Table"].gone, summary.entities["Table"].failed) == ("complete", 1, 0)


@pytest.mark.parametrize("action", ["stop", "error"])
def test_a_listing_that_breaks_off_is_an_incomplete_scope(estate: Estate, action: str) -> None:
    estate.crawl()
    broken = [fault(SCHEMA, action, "list", after=5, times=1)]
    summary = estate.crawl(faults=broken, dropped=[f"{SCHEMA}.t0000009"], state=str(estate.folder / "state"))
    assert summary.status == "partial"
    (scope,) = summary.incomplete_scopes
    assert (scope.node, scope.scope) == ("table", SCHEMA)
    assert scope.message
    assert estate.state(f"{SCHEMA}.t0000009") == "live"
    again = estate.retry(summary.run)
    assert again.status == "complete"
    assert again.entities["Table"].listed >= 11


def test_a_lost_connection_is_opened_again(estate: Estate, tmp_path: Path) -> None:
    lost = [
        fault(SCHEMA, "retry", "list", after=after, times=1) for after in (0, 3, 7)
    ]  # fmt: skip
    summary = estate.crawl(faults=lost, state=str(tmp_path / "state"))
    assert summary.status == "complete"
    assert summary.entities["Table"].emitted >= 24
    assert len(estate.export()) == 28


def test_a_statement_that_hangs_is_cut_off_by_its_timeout(estate: Estate, tmp_path: Path) -> None:
    hang = [fault(TABLE, "hang", "read", times=2, seconds=60)]
    limits = {"limits": {"statement_timeout": "200ms"}}
    summary = estate.crawl(recipe=limits, faults=hang, state=str(tmp_path / "state"))
    assert summary.status == "complete"
    assert summary.seconds < 20


def test_memory_that_runs_out_once_is_no_end(estate: Estate, tmp_path: Path) -> None:
    summary = estate.crawl(faults=[fault(TABLE, "memory", "read", times=1)], state=str(tmp_path / "state"))
    assert summary.status == "complete"
    assert len(estate.export()) == 28


def test_failures_are_retried_alone(estate: Estate) -> None:
    first = estate.crawl(faults=[fault(TABLE, "error", times=1)], state=str(estate.folder / "state"))
    assert first.entities["Table"].failed == 1
    second = estate.retry(first.run)
    assert second.status == "complete"
    assert second.entities["Table"].listed == 1
    assert estate.state(TABLE) == "live"
    with pytest.raises(UsageError, match="nothing failed"):
        retry(second.run, catalog=estate.url)


def test_a_source_that_refuses_us_fails_the_run(estate: Estate) -> None:
    summary = estate.crawl(faults=[fault("shop", "fatal", "list", node="database")])
    assert (summary.status, summary.exit_code) == ("failed", 2)
    assert "the server refuses us" in summary.reason
    assert "check the password" in summary.reason
    with pytest.raises(UsageError, match="nothing to resume"):
        resume(summary.run, catalog=estate.url)


def test_a_source_that_refuses_worker_processes_fails_the_run(estate: Estate) -> None:
    summary = estate.crawl(workers=2, faults=[fault("shop", "fatal", "list", node="database")])
    assert (summary.status, summary.exit_code) == ("failed", 2)
    assert "the server refuses us" in summary.reason


def test_a_source_out_of_reach_fails_the_run_soon(estate: Estate) -> None:
    summary = estate.crawl(faults=[fault("shop", "retry", "list", node="database")])
    assert (summary.status, summary.exit_code) == ("failed", 2)
    assert "the connection was lost" in summary.reason
    assert summary.seconds < 20


def test_another_server_under_the_same_name_stops_the_run(estate: Estate) -> None:
    estate.crawl(server="old")
    refused = estate.crawl(server="new")
    assert (refused.status, refused.exit_code) == ("failed", 2)
    assert "identity" in refused.reason
    assert estate.crawl(server="new", accept=True).status == "complete"
    assert estate.crawl(server="new").status == "complete"


def test_what_vanishes_is_missing_and_then_deleted(estate: Estate) -> None:
    estate.crawl()
    first = estate.crawl(dropped=[TABLE])
    assert (first.missing, first.deleted) == ({"Table": 1}, {})
    assert estate.state(TABLE) == "missing"
    second = estate.crawl(dropped=[TABLE])
    assert second.deleted == {"Table": 1}
    assert estate.state(TABLE) is None
    assert estate.crawl().entities["Table"].emitted == 1
    assert estate.state(TABLE) == "live"


@pytest.mark.parametrize("vanished", ["hidden", "unlisted"])
def test_what_the_source_still_knows_stays(estate: Estate, vanished: str) -> None:
    estate.crawl()
    for _ in range(3):
        summary = estate.crawl(**{vanished: [TABLE]})
        assert (summary.missing, summary.deleted) == ({}, {})
    assert estate.state(TABLE) == "live"


def test_a_narrowed_filter_deletes_nothing(estate: Estate) -> None:
    estate.crawl()
    for _ in range(3):
        summary = estate.crawl(recipe={"extract": {"metadata": {"tables": False, "views": False}}})
        assert (summary.missing, summary.deleted) == ({}, {})
    assert estate.state(TABLE) == "live"


def test_deletion_can_be_switched_off(estate: Estate) -> None:
    estate.crawl()
    for _ in range(2):
        estate.crawl(recipe={"deletion": {"enabled": False}}, dropped=[TABLE])
    assert estate.state(TABLE) == "live"


def test_sinks_get_the_full_state(estate: Estate, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    summary = estate.crawl(recipe={"sinks": [{"type": "jsonl", "path": str(file)}]})
    assert summary.sinks == {f"jsonl {file}": 28}
    assert file.read_text().splitlines() == estate.export()


def test_a_sink_that_fails_is_told_and_the_catalog_stays(estate: Estate, tmp_path: Path) -> None:
    sinks = [{"type": "jsonl", "path": str(tmp_path / "no" / "x")}, {"type": "jsonl", "path": str(tmp_path / "y")}]
    summary = estate.crawl(recipe={"sinks": sinks})
    assert (summary.status, summary.exit_code) == ("complete", 4)
    assert len(summary.sink_errors) == 1
    assert len(estate.export()) == 28
    assert (tmp_path / "y").exists()


def test_mistakes_are_told_before_anything_is_written(estate: Estate) -> None:
    with pytest.raises(UsageError, match="unknown key 'tabels'"):
        estate.crawl(tabels=3)
    with pytest.raises(UsageError, match="unknown sink"):
        estate.crawl(recipe={"sinks": [{"type": "jason"}]})
    with pytest.raises(UsageError, match="unknown connector"):
        estate.crawl(recipe={"service": {"name": "x", "type": "postgre"}})
    assert list(estate.folder.iterdir()) == []


def test_a_catalog_that_is_none_is_told(estate: Estate) -> None:
    (estate.folder / "catalog.db").write_bytes(b"this is no database, certainly not " * 100)
    with pytest.raises(Fatal):
        estate.crawl()


def test_progress_tells_where_the_run_stands(estate: Estate) -> None:
    seen: list[Progress] = []
    summary = crawl(estate.recipe(latency=150, tables=3000), catalog=estate.url, on_progress=seen.append)
    assert len(seen) >= 2
    last = seen[-1]
    assert last.run == summary.run
    assert last.known == last.done >= 4
    assert last.entities == sum(tally.emitted for tally in summary.entities.values())
    assert last.rss > 0
    assert any(progress.scopes for progress in seen)


def test_an_estate_without_anything_is_complete(estate: Estate) -> None:
    assert estate.crawl(schemas=0).status == "complete"
    summary = estate.crawl(databases=0)
    assert summary.status == "complete"
    assert summary.entities["Service"].listed == 1


def test_a_listing_larger_than_its_estimate_splits_itself(estate: Estate) -> None:
    summary = estate.crawl(schemas=1, tables=30_000, columns=0, estimates=0.3)
    assert summary.status == "complete"
    assert summary.entities["Table"].listed == 30_000
    db = open_database(estate.url)
    try:
        units = [unit for unit in SqlLedger(db).units(summary.run) if unit.node == "table"]
    finally:
        db.close()
    assert len(units) > 1
