"""Real databases as sources of disturbed crawls."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg

from specs.recipe.recipe import Recipe


def filled(url: str, *, schemas: int, tables: int) -> str:
    """Fill the PostgreSQL database at ``url`` with small tables; returns the URL."""
    with psycopg.connect(url) as connection:
        for schema in range(schemas):
            connection.execute(f"CREATE SCHEMA s{schema:02d}")
            for table in range(tables):
                connection.execute(f"CREATE TABLE s{schema:02d}.t{table:03d} (id int PRIMARY KEY, a text, b date)")
            connection.commit()  # a transaction holds a lock for every table that it made
    return url


def crawling(url: str) -> Recipe:
    """The recipe for it, with small timeouts, so that a silent server is noticed soon."""
    parts = urlsplit(url)
    connection = {
        "host": "127.0.0.1", "port": parts.port, "database": parts.path.strip("/"), "username": parts.username,
        "password": parts.password,
    }  # fmt: skip
    limits = {"statement_timeout": "1s", "connect_timeout": "2s", "connections": 2}
    return Recipe.from_dict(
        {"service": {"name": "shop", "type": "postgres"}, "connection": connection, "limits": limits}
    )  # fmt: skip
