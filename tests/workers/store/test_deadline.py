"""A catalog that answers no more is cut off after a while, and used again once it answers."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import pytest
from sqlalchemy.engine import make_url

from specs.errors import Fatal, Retry
from tests.servers.proxy import Proxy
from workers.store.database import open_database

pytestmark = pytest.mark.server


def test_no_answer_is_an_error_in_time(postgres_database: str) -> None:
    proxy = Proxy(urlsplit(postgres_database).port or 0)
    url = make_url(postgres_database).set(port=proxy.port).render_as_string(hide_password=False)
    db = open_database(url, timeout=0.5)
    try:
        with db.write() as conn:
            conn.exec_driver_sql("CREATE TABLE seen (n integer)")
        proxy.set("half-open")
        with pytest.raises(Retry, match="catalog server"), db.write() as conn:
            conn.exec_driver_sql("INSERT INTO seen VALUES (1)")
        proxy.set("pass")
        with db.write() as conn:
            conn.exec_driver_sql("INSERT INTO seen VALUES (2)")
        with db.read() as conn:
            assert 2 in conn.exec_driver_sql("SELECT n FROM seen").scalars()
    finally:
        db.close()
        proxy.close()


def test_statements_are_ended_by_the_server_first(postgres_database: str) -> None:
    db = open_database(postgres_database, timeout=0.5)
    try:
        with pytest.raises(Retry, match="took too long"), db.read() as conn:
            conn.exec_driver_sql("SELECT pg_sleep(20)")
    finally:
        db.close()


def test_a_server_that_comes_up_late_is_waited_for(postgres_database: str) -> None:
    proxy = Proxy(urlsplit(postgres_database).port or 0)
    proxy.set("refuse")
    url = make_url(postgres_database).set(port=proxy.port).render_as_string(hide_password=False)
    with pytest.raises(Fatal, match="cannot be reached"):
        open_database(url, patience=0.2)
    threading.Timer(0.5, proxy.set, ["pass"]).start()
    open_database(url, patience=30).close()
    proxy.close()
