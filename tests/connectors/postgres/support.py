"""What the tests of the PostgreSQL connector share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg

from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.metadata import PostgresSource
from specs.config import Limits, MetadataExtract
from specs.entities.base import Entity
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.events import Event, Found, Reported
from specs.topology.node import Outcome
from specs.topology.read_mode import ReadMode

SERVICE = "svc"


def source(url: str, *, slice_: int = 1000, limits: Limits | None = None, **extract: Any) -> PostgresSource:
    config = PostgresConnection.from_url(urlsplit(url))
    return PostgresSource(SERVICE, config, MetadataExtract.model_validate(extract), limits, ReadMode(slice=slice_))


def as_role(url: str, name: str, password: str) -> str:
    """The same database, entered as somebody else."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{name}:{password}@{parts.netloc.rpartition('@')[2]}").geturl()


def events(url: str, **options: Any) -> Iterator[Event]:
    """The walk of the whole service."""
    with closing(source(url, **options)) as made:
        yield from walk(made, made.topology, harvest.root(made), spawn=False)


def entities(url: str, **options: Any) -> dict[str, Entity]:
    """Everything found, by type and name below the database: ``Table public.t``."""
    found = {}
    for event in events(url, **options):
        if isinstance(event, Found):
            place = event.entity.fqn.split(".", 2)[-1]
            found[f"{event.entity.type_name()} {place}"] = event.entity
    return found


def outcomes(given: Iterator[Event]) -> tuple[list[str], list[Outcome]]:
    """Names of the entities sent, and what was listed but not sent."""
    sent, reported = [], []
    for event in given:
        if isinstance(event, Found):
            sent.append(event.entity.name)
        elif isinstance(event, Reported):
            reported.append(event.outcome)
    return sent, reported


@contextmanager
def session(url: str, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """Another session, in autocommit mode, that has run ``statements``."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
        yield connection
