"""What only DESCRIBE tells: the columns that a view has now, and what a type stands for.

DuckDB's catalog has the columns of a view as they were when it was made, and of a type alias only its kind. DESCRIBE
plans a statement and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import duckdb

from connectors.common.sql.slices import Listed
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.driver.statements import Q

_TOGETHER = 50
"""Views or types that one statement describes."""

Described = tuple[Any, str | None, list[tuple[str, str]] | None]
"""Id, why it cannot be described, ``(name, native type)`` of its columns."""


def views(driver: DuckdbDriver, listed: Sequence[Listed]) -> Iterator[Described]:
    """A view that reads files or needs an extension cannot be judged here; neither columns nor a reason are told."""
    paths = _paths(driver) if listed else {}
    for at in range(0, len(listed), _TOGETHER):
        chunk = listed[at : at + _TOGETHER]
        try:
            found = _columns(driver, paths, chunk)
        except duckdb.Error:
            for each in chunk:
                yield _one(driver, paths, each)
            continue
        yield from ((each.id, None, found[number]) for number, each in enumerate(chunk))


def _one(driver: DuckdbDriver, paths: Mapping[str, str], view: Listed) -> Described:
    try:
        return view.id, None, _columns(driver, paths, [view])[0]
    except (duckdb.PermissionException, duckdb.IOException):
        return view.id, None, None
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        text = str(error).split("\n", 1)[0]
        return view.id, None if "extension" in text else text, None


def _columns(driver: DuckdbDriver, paths: Mapping[str, str], chunk: Sequence[Listed]) -> list[list[tuple[str, str]]]:
    parts = [
        f"SELECT {number}, column_name, column_type FROM (DESCRIBE {paths[each.schema]}.{quoted(each.name)})"
        for number, each in enumerate(chunk)
    ]
    found: list[list[tuple[str, str]]] = [[] for _ in chunk]
    for number, name, native in driver.query(" UNION ALL ".join(parts), counted=False):
        found[number].append((name, native))
    return found


def types(driver: DuckdbDriver, named: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What types, given as ``(schema, name)``, stand for: ``DECIMAL(10,2)``, ``MAP(VARCHAR, INTEGER)``."""
    paths = _paths(driver) if named else {}
    found: dict[tuple[str, str], str] = {}
    for at in range(0, len(named), _TOGETHER):
        chunk = named[at : at + _TOGETHER]
        try:
            found.update(_natives(driver, paths, chunk))
        except duckdb.Error:
            for each in chunk:
                with suppress(duckdb.Error):  # its extension is not here; what kind of type it is, the catalog knows
                    found.update(_natives(driver, paths, [each]))
    return found


def _natives(
    driver: DuckdbDriver, paths: Mapping[str, str], chunk: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    types = [f"{paths[schema]}.{quoted(name)}" for schema, name in chunk]
    casts = ", ".join(f"CAST(NULL AS {type_}) AS c{number}" for number, type_ in enumerate(types))
    rows = driver.query(f"DESCRIBE SELECT {casts}", counted=False)
    return {each: row[1] for each, row in zip(chunk, rows, strict=True)}


def _paths(driver: DuckdbDriver) -> dict[str, str]:
    """Every schema as a statement writes it: one inside another by its whole path."""
    return dict(driver.query(Q["schema_paths"], counted=False))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
