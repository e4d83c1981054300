"""Scores: what counts as told right, and other systems that are asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.lineage.adapter import LineageAdapter
from scheduler.app.lineage.score import cases_of, score
from specs.errors import UsageError

CASE = {
    "id": 1,
    "sql": "insert into d select a from s.t",
    "expected": {"in_tables": ["s.t"], "out_tables": ["d"], "columns": [{"out": "d.a", "in": ["s.t.a"]}]},
}


def _scored(**answer: Any) -> dict[str, Any]:
    return score([CASE], lambda line: {"ms": 2.0, "error": None, **answer}).as_json()


def test_names_are_the_same_with_more_or_fewer_qualifiers_in_any_case() -> None:
    columns = [{"out": "db.p.D.A", "in": ['"S"."T".a']}, {"out": "db.p.d.b", "in": []}]
    found = _scored(in_tables=["db.s.T"], out_tables=["`D`"], columns=columns)
    assert (found["tables_exact_percent"], found["columns_exact_percent"], found["misses"]) == (100.0, 100.0, [])


def test_edges_that_miss_and_edges_too_many() -> None:
    columns = [{"out": "d.a", "in": ["s.t.a", "s.t.b"]}]
    found = _scored(in_tables=["s.t", "x"], out_tables=["d"], columns=columns)
    assert (found["tables_exact"], found["columns_exact"]) == (0, 0)
    assert (found["edges_found"], found["edges_wrong"], found["edge_precision_percent"]) == (1, 1, 50.0)
    assert [each["part"] for each in found["misses"]] == ["tables", "columns"]


def test_an_adapter_that_ends_or_is_silent_loses_one_case(tmp_path: Path) -> None:
    program = tmp_path / "adapter.py"
    program.write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    case = json.loads(line)\n"
        "    if case['sql'] == 'end': sys.exit(3)\n"
        "    if case['sql'] == 'silence': time.sleep(600)\n"
        "    print(json.dumps({'id': case['id'], 'in_tables': [case['sql']]}), flush=True)\n",
        encoding="utf-8",
    )
    adapter = LineageAdapter(f"{sys.executable} {program}", 5)
    cases = [{"id": sql, "sql": sql, "expected": {"in_tables": [sql]}} for sql in ("t", "end", "u", "silence", "v")]
    try:
        found = score(cases, adapter.answer)
    finally:
        adapter.close()
    assert [each.id for each in found.misses] == ["end", "silence"]
    assert (found.cases, found.errors, found.tables_exact) == (5, 2, 3)


def test_files_that_hold_no_cases_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": 1}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="not a case"):
        list(cases_of([str(file)]))
    with pytest.raises(UsageError, match="cannot read"):
        list(cases_of([str(tmp_path / "none.jsonl")]))
    with pytest.raises(UsageError, match="cannot start"):
        LineageAdapter("no-such-program-anywhere", 1).answer("{}")
