"""Asks a resolver to the end: its answers are bounded, so that each may need a further question. All functions raise
``Retry`` as the resolver does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from specs.contracts.parts.resolver import NameQuery, Resolver, StoredObject


def children(resolver: Resolver, parent: str, type_: str, *, after: str = "", **options: Any) -> Iterator[StoredObject]:
    """Yields all objects of one type below ``parent``, page by page, behind the FQN ``after``; ``options`` are those of
    ``Resolver.children``."""
    while page := resolver.children(parent, type_, after=after, **options):
        yield from page
        after = page[-1].fqn


def named(resolver: Resolver, queries: Sequence[NameQuery], types: Sequence[str]) -> list[list[StoredObject]]:
    """The objects that fit each name: one list per query, in the order of the queries."""
    found: list[list[StoredObject]] = []
    while len(found) < len(queries):
        found += resolver.named(queries[len(found) :], types)
    return found
