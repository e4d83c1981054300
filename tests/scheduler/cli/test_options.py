"""Where a command looks for its catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.app.catalog.catalog_place import default_url, find, named
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
