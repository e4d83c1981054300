"""The statements of ``queries.sql`` as this version of DuckDB understands them."""

from __future__ import annotations

import duckdb

from specs.sql_files import load

TWO = int(duckdb.__version__.split(".")[0]) >= 2
"""Since DuckDB 2 there are triggers and schemas inside schemas, and the catalog tells a generated column."""
EXPRESSION = "c.generation_expression" if TWO else "NULL"


def _statements() -> dict[str, str]:
    found = load("connectors.duckdb")
    paths = found["paths" if TWO else "flat_paths"].replace("$part", found["part"]).replace("$sql", found["sql"])
    return {name: sql.replace("$paths", paths) for name, sql in found.items()}


Q = _statements()
