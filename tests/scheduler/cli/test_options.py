"""Where a command looks for its catalog."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.app.catalog.catalog_place import default_url, find, named
from scheduler.cli.options import LINES, emit_lines
from specs.errors import UsageError


def test_urls_files_and_files_that_hold_urls(tmp_path: Path) -> None:
    assert find("postgresql://db/x").url == "postgresql://db/x"
    assert find(f"{tmp_path}/x.db").url == f"sqlite:///{tmp_path}/x.db"
    held = tmp_path / "catalog.url"
    held.write_text("postgresql://u:p@db/x\n")
    assert find(f"@{held}").url == "postgresql://u:p@db/x"
    with pytest.raises(UsageError, match="the file of --catalog cannot be read"):
        find(f"@{tmp_path}/missing")


def test_follow_up_commands_never_name_a_password() -> None:
    url = "postgresql://h/d?user=me&password=geheim-1&sslpassword=geheim-2&sslmode=require"
    assert named(url) == "postgresql://h/d?user=me&password=***&sslpassword=***&sslmode=require"
    assert named(default_url()) == ""
    assert named("postgresql://u:s3cret@db/x") == "postgresql://u:***@db/x"


def test_a_large_object_is_printed_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"a": 1, "found": tuple({"n": n} for n in range(LINES + 5)), "none": (), "last": None}
    emit_lines(data)
    out = capsys.readouterr().out
    assert json.loads(out) == {**data, "found": list(data["found"]), "none": []}  # type: ignore[call-overload]
    assert '\n  {"n": 7},\n' in out
    emit_lines({"all": ({"n": 1},)})
    assert json.loads(capsys.readouterr().out) == {"all": [{"n": 1}]}
