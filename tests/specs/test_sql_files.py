"""SQL by name."""

from __future__ import annotations

import pytest

from specs.sql_files import merged, parse


def test_statements_come_by_name_without_comments() -> None:
    found = parse("-- a head\n-- name: one\n-- why\nSELECT 1 -- kept\nFROM x;\n\n-- name: two\nSELECT 2\n")
    assert dict(found) == {"one": "SELECT 1 -- kept\nFROM x", "two": "SELECT 2"}


@pytest.mark.parametrize("text", ["SELECT 1", "-- name: a\nSELECT 1\n-- name: a\nSELECT 2"])
def test_unnamed_and_doubled_statements_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SQL"):
        parse(text)


def test_files_of_one_package_share_their_names() -> None:
    assert dict(merged(["-- name: a\nSELECT 1", "-- name: b\nSELECT 2"])) == {"a": "SELECT 1", "b": "SELECT 2"}
    with pytest.raises(ValueError, match="'a' is used twice"):
        merged(["-- name: a\nSELECT 1", "-- name: a\nSELECT 2"])
