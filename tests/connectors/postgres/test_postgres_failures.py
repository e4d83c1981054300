"""Errors are named by what to do next, whatever names and hosts they speak of."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import psycopg
import pytest

from connectors.postgres.errors import classify, refused
from specs.errors import Fatal, HeadraceError, Retry, Skip, Stop

PREFIX = 'connection failed: connection to server at "password-ssl-certificate" (10.0.0.1), port 5432 failed: '


@pytest.mark.parametrize(
    ("message", "kind", "reason"),
    [
        ('FATAL:  database "password" does not exist', Stop, "missing"),
        ('FATAL:  permission denied for database "x"\nDETAIL:  User does not have CONNECT privilege.', Stop, "denied"),
        ('FATAL:  database "x" is not currently accepting connections', Stop, "unsupported"),
        ('FATAL:  password authentication failed for user "ssl"', Fatal, "denied"),
        ('FATAL:  role "database" does not exist', Fatal, "denied"),
        ('FATAL:  role "x" is not permitted to log in', Fatal, "denied"),
        ('FATAL:  cannot connect to invalid database "x"', Stop, "invalid"),
        ('FATAL:  too many connections for database "x"', Retry, "connection"),
        ('FATAL:  too many connections for role "x"', Retry, "connection"),
        ("FATAL:  unsupported startup parameter in options: search_path", Fatal, "settings"),
        ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", user "u", database "d", no encryption', Fatal, "denied"),
        ("fe_sendauth: no password supplied", Fatal, "denied"),
        ("server does not support SSL, but SSL was required", Fatal, "tls"),
        ("SSL error: certificate verify failed", Fatal, "tls"),
        ("SSL SYSCALL error: Connection reset by peer", Retry, "unreachable"),
        ("Connection refused\n\tIs the server running on that host?", Retry, "unreachable"),
        ("FATAL:  the database system is starting up", Retry, "unreachable"),
        ("FATAL:  sorry, too many clients already", Retry, "unreachable"),
    ],
)
def test_refusals(message: str, kind: type[HeadraceError], reason: str) -> None:
    found = refused(psycopg.OperationalError(PREFIX + message), "db:5432/x", "x", "me")
    assert (type(found), found.reason) == (kind, reason)
    assert "\n" not in str(found)
    assert str(pickle.loads(pickle.dumps(found))) == str(found)
    assert found.remedy or reason == "unsupported"


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (psycopg.errors.LockNotAvailable("x"), Skip, "lock"),
        (psycopg.errors.QueryCanceled("x"), Skip, "timeout"),
        (psycopg.errors.InsufficientPrivilege("x"), Skip, "denied"),
        (psycopg.errors.UndefinedTable("x"), Skip, "error"),
        (psycopg.errors.AdminShutdown("x"), Retry, "connection"),
        (psycopg.errors.CannotConnectNow("x"), Retry, "connection"),
        (psycopg.errors.SerializationFailure("x"), Retry, "connection"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), Retry, "connection"),
        (ValueError("x"), Skip, "skip"),
        (Stop("x", reason="denied"), Stop, "denied"),
    ],
)
def test_statement_errors(error: Exception, kind: type[HeadraceError], reason: str) -> None:
    found = classify(error, "db:5432/x")
    assert (type(found), found.reason) == (kind, reason)


def test_a_statement_that_somebody_cancelled_asks_for_no_longer_timeout(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as one, psycopg.connect(postgres_url, autocommit=True) as other:
        pid = one.info.backend_pid
        waiter = threading.Thread(target=_cancelled_when_busy, args=(other, pid))
        waiter.start()
        with pytest.raises(psycopg.errors.QueryCanceled) as caught:
            one.execute("SELECT pg_sleep(60)")
        waiter.join()
    found = classify(caught.value, "db")
    assert (type(found), found.reason) == (Skip, "cancelled")
    assert "statement_timeout" not in found.remedy
    assert "an operator cancelled it" in found.remedy


def _cancelled_when_busy(other: psycopg.Connection[Any], pid: int) -> None:
    busy = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND query LIKE '%%pg_sleep%%'"
    while not other.execute(busy, [pid]).fetchone():
        pass
    other.execute("SELECT pg_cancel_backend(%s)", [pid])


def test_a_statement_that_we_cancelled_is_tried_again() -> None:
    found = classify(psycopg.errors.QueryCanceled("x"), "db", cancelled=True)
    assert (type(found), found.reason) == (Retry, "cancelled")
