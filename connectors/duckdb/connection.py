"""How to reach a DuckDB file."""

from __future__ import annotations

from typing import ClassVar

from connectors.common.files import FileConnection


class DuckdbConnection(FileConnection):
    """A database file, opened read-only. It is never created.

    The database is called as DuckDB calls it, by the stem of the file: ``shop.duckdb`` is ``SERVICE.shop.main.orders``.
    DuckDB refuses to open a file that another process writes to. Views over other files are described as they were when
    they were made; the crawl does not read the files.
    """

    schemes: ClassVar[tuple[str, ...]] = ("duckdb",)
    suffix = ".duckdb"
    parameters = frozenset({"access_mode", "read_only", "threads"})
