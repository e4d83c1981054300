"""Commands about lineage."""

from __future__ import annotations

import json
from pathlib import Path

from tests.scheduler.cli.commands.calling import called


def test_parse_answers_each_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_text('{"id": 7, "sql": "insert into t (x) select a from s"}\n', encoding="utf-8")
    done = called("lineage", "parse", str(file))
    assert done.code == 0
    told = json.loads(done.out)
    assert (told["id"], told["columns"]) == (7, [{"out": "t.x", "in": ["s.a"]}])
