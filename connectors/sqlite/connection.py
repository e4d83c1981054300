"""How to reach an SQLite file."""

from __future__ import annotations

from typing import ClassVar

from connectors.common.files import FileConnection


class SqliteConnection(FileConnection):
    """A database file, opened read-only. It is never created.

    Its database and its schema are both called ``main``, as SQLite calls them itself: ``SERVICE.main.main.orders``.
    Attached files are not followed. SQLite's own tables (``sqlite_*`` and the shadow tables of full-text indexes) show
    up with ``system_schemas: true`` only. Needs SQLite 3.37 or newer below Python.
    """

    schemes: ClassVar[tuple[str, ...]] = ("sqlite",)
    suffix = ".db"
    parameters = frozenset(
        {
            "cache", "cached_statements", "check_same_thread", "detect_types", "immutable", "isolation_level", "mode",
            "nolock", "timeout", "uri",
        }
    )  # fmt: skip

    @classmethod
    def named(cls, text: str) -> str:
        return text.removeprefix("file:")
