"""Counts of statements by fingerprint, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from connectors.common.sql.query_log.fingerprint import Fingerprints
from connectors.common.sql.query_log.statements import LogStatement
from connectors.common.sql.usage.shapes.sessions import PLAIN, SessionScope, SessionScopes, changes

MOST_SHAPES = 50_000
"""Fingerprints of one day that are told apart; statements of further ones are counted as not parsed."""
MOST_TEXT = 48_000_000
"""Characters of texts that are kept to be parsed, one per fingerprint."""
MOST_USERS = 20_000
"""Users of one day that are told apart."""

UserNames = Literal["names", "hashed", "none"]


ShapeKey = tuple[str, SessionScope, int]
"""The database that the log tells, what else decides what names mean, and the fingerprint."""


@dataclass(slots=True)
class QueryShape:
    """The statements of one fingerprint whose names mean the same. ``text`` is one of them, to be parsed; it holds data
    and is never stored. Without ``text`` it was too long. ``changes``: it may choose or make something for its session.
    """

    key: ShapeKey
    text: str
    changes: bool = False
    count: int = 0
    users: set[int] = field(default_factory=set)
    first: float = float("inf")
    last: float = float("-inf")
    timed: int = 0
    total_ms: float = 0.0


class Users:
    """The users of one day, by numbers. ``key`` is the secret that hashes of their names are made with; who does not
    know it cannot tell whose a hash is by hashing the names that there may be."""

    def __init__(self, keep: UserNames, service: str, key: str = "") -> None:
        self._keep = keep
        self._key = blake2b(service.encode(), key=blake2b(key.encode()).digest(), digest_size=32).digest()
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int | None:
        """The number of a user; ``None`` for no name, and where there are too many."""
        found = self._numbers.get(name)
        if found is None and name and len(self._numbers) < MOST_USERS:
            found = self._numbers[name] = len(self._numbers)
        return found

    def __len__(self) -> int:
        return len(self._numbers)

    def names(self, numbers: Iterable[int] | None = None) -> tuple[str, ...]:
        """Their names as the recipe wants them kept: as they are, hashed, or none. A hash is one of the service: the
        same user has another one elsewhere."""
        if self._keep == "none":
            return ()
        told = list(self._numbers)
        chosen = told if numbers is None else [told[number] for number in numbers]
        return tuple(chosen if self._keep == "names" else map(self._hashed, chosen))

    def _hashed(self, name: str) -> str:
        return blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).hexdigest()


class StatementCounts:
    """The statements of one day by fingerprint, and by what their names mean in their sessions."""

    def __init__(self, fingerprints: Fingerprints, users: Users, sessions: SessionScopes, longest: int) -> None:
        self.fingerprints, self.users, self._sessions, self._longest = fingerprints, users, sessions, longest
        self._shapes: dict[ShapeKey, QueryShape] = {}
        self._kept = 0
        self.statements = 0
        self.overflow = 0

    def __len__(self) -> int:
        return len(self._shapes)

    def add(self, statements: Iterable[LogStatement]) -> None:
        """Count statements of a log, once each."""
        key, number = self.fingerprints.key, self.users.number
        for statement in statements:
            self.statements += 1
            fingerprint = key(statement.text)
            shape = self.shape(statement.database, fingerprint, statement.text, self._scope(statement, fingerprint))
            if shape is None:
                continue
            if shape.changes and statement.session:
                normalized = self.fingerprints.of(statement.text).text
                self._sessions.apply(statement.session, statement.database, statement.text, normalized)
            shape.count += 1
            user = number(statement.user)
            if user is not None:
                shape.users.add(user)
            time = statement.time
            if time < shape.first:
                shape.first = time
            if time > shape.last:
                shape.last = time
            if statement.duration_ms is not None:
                shape.timed += 1
                shape.total_ms += statement.duration_ms

    def _scope(self, statement: LogStatement, fingerprint: int) -> SessionScope:
        normalized = None
        if self._sessions.has_temporary(statement.session):
            normalized = self.fingerprints.of(statement.text).text
        return self._sessions.of(statement.session, statement.user, statement.database, fingerprint, normalized)

    def shape(self, database: str, fingerprint: int, text: str, scope: SessionScope = PLAIN) -> QueryShape | None:
        """The shape of this fingerprint, a new one if need be; ``None``, and counted, where there are too many."""
        key = (database, scope, fingerprint)
        found = self._shapes.get(key)
        if found is not None:
            return found
        if len(self._shapes) >= MOST_SHAPES:
            self.overflow += 1
            return None
        fits = len(text) <= self._longest and self._kept + len(text) <= MOST_TEXT
        self._kept += len(text) if fits else 0
        found = self._shapes[key] = QueryShape(key, text if fits else "", changes(text))
        return found

    def shapes(self) -> Iterator[QueryShape]:
        """All shapes, in an order that does not depend on that of the log."""
        for key in sorted(self._shapes):
            yield self._shapes[key]
