"""A dialect that takes every option, reads an SQLite file, and repeats in errors all that it was given."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class VaultDialect(SQLiteDialect_pysqlite):
    """``vault+talkative://user:password@host/path?options``; the path ``nothing`` refuses to open."""

    name = "vault"
    driver = "talkative"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return sqlite3

    def create_connect_args(self, url: Any) -> Any:
        return [], {"database": url.database, "password": url.password, "options": dict(url.query)}

    def connect(self, *_args: Any, **given: Any) -> Any:
        if given["database"] == "nothing":
            raise sqlite3.OperationalError(f"refused, given {given} and {sorted(given['options'].items())}")
        return sqlite3.connect(f"/{given['database']}")


def register() -> None:
    registry.register("vault.talkative", __name__, "VaultDialect")
