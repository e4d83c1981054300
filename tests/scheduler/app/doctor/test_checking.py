"""``headrace check``: the connection, one listing, every sink."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.doctor.check_steps import check, steps
from specs.recipe.recipe import Recipe
from specs.sources.base import Step
from tests.servers.receiver import Fault, Receiver
from workers.unit.source.sources import build


def checked(sinks: list[dict[str, object]] | None = None, extract: object = None, **connection: object) -> list[Step]:
    given: dict[str, object] = {
        "service": {"name": "shop", "type": "specs.testing.fake:spec"}, "connection": connection, "sinks": sinks or [],
    }  # fmt: skip
    recipe = Recipe.from_dict(given | ({"extract": {"metadata": extract}} if extract else {}))
    source = build(recipe, {})
    try:
        return list(steps(source, recipe, {}))
    finally:
        source.close()


def test_one_scope_is_listed() -> None:
    last = checked(schemas=2, tables=7, types=2)[-1]
    assert (last.name, last.ok) == ("list one scope", True)
    assert last.evidence == "2 UserType, 7 Table in shop.db_00.schema_0000"


def test_filters_that_leave_nothing_are_seen() -> None:
    last = checked(extract={"schemas": {"include": ["^none$"]}}, schemas=2)[-1]
    assert last.evidence.startswith("no Schema is left in shop.db_00: see the filters")


@pytest.mark.parametrize("action", ["stop", "retry", "fatal"])
def test_a_listing_that_fails_is_a_failed_step(action: str) -> None:
    fault = {"at": "list", "node": "schema", "where": "shop.db_00", "action": action}
    last = checked(schemas=1, faults=[fault])[-1]
    assert (last.name, last.ok) == ("list one scope", False)


def test_files_are_tried_and_none_is_made(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    last = checked([{"type": "jsonl", "path": str(out)}])[-1]
    assert (last.ok, last.evidence) == (True, f"{out} can be made")
    assert list(tmp_path.iterdir()) == []
    out.write_text("kept")
    assert checked([{"type": "jsonl", "path": str(out)}])[-1].evidence == f"{out} can be replaced"
    assert out.read_text() == "kept"
    gone = checked([{"type": "jsonl", "path": str(tmp_path / "no" / "out.jsonl")}])[-1]
    assert (gone.ok, gone.evidence) == (False, f"cannot write: there is no such folder ({tmp_path / 'no'})")
    assert not checked([{"type": "jsonl", "path": str(tmp_path)}])[-1].ok


def test_a_file_that_grows_is_tried_itself(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    growing = [{"type": "jsonl", "path": str(out), "mode": "changes"}]
    assert checked(growing)[-1].evidence == f"{out} can be made"
    assert not out.exists()
    (tmp_path / "elsewhere").write_text("kept")
    out.symlink_to(tmp_path / "elsewhere")
    assert checked(growing)[-1].evidence == f"{out} can be appended to"
    assert out.read_text() == "kept"
    out.unlink()
    out.symlink_to(tmp_path / "no" / "out.jsonl")
    gone = checked(growing)[-1]
    assert (gone.ok, gone.evidence) == (False, f"cannot write: there is no such folder ({tmp_path / 'no'})")
    out.unlink()
    out.mkdir()
    assert checked(growing)[-1].evidence == f"cannot append: this is no plain file ({out})"


def test_receivers_are_asked_and_get_nothing() -> None:
    with Receiver(lambda request: (200, {})) as receiver:
        good = checked([{"type": "webhook", "url": receiver.url}])[-1]
        assert good.ok
        assert [request.json()["changes"] for request in receiver.requests] == [[]]
        receiver.faults.append(Fault(status=401))
        refused = checked([{"type": "webhook", "url": receiver.url}])[-1]
        assert (refused.ok, refused.remedy) == (False, "see the sink's token or headers")
        url = receiver.url
    away = checked([{"type": "webhook", "url": url}])[-1]
    assert not away.ok
    assert "cannot connect" in away.evidence


@pytest.mark.parametrize("part", ["lineage", "usage"])
def test_a_part_that_reads_something_else_is_tried_too(part: str, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    asked: dict[str, Any] = {"lineage": True, part: {"query_log": {"type": "jsonl", "files": [str(log)]}}}
    given = {
        "service": {"name": "shop", "type": "sqlite"},
        "connection": {"path": str(tmp_path / "shop.db")},
        "extract": asked,
    }
    sqlite3.connect(tmp_path / "shop.db").close()
    recipe = Recipe.from_dict(given)
    missing = list(check(recipe, {}))[-1]
    assert (missing.name, missing.ok) == (f"{part}: read the query log", False)
    assert missing.remedy == "check the path in the recipe"
    log.write_text('{"time": 1795910400, "text": "select 1"}\n')
    told = list(check(recipe, {}))[-1]
    assert told.ok
    assert "from 2026-11-29 00:00:00 UTC to 2026-11-29 00:00:00 UTC" in told.evidence
