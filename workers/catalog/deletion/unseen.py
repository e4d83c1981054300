"""The entities of completely read listings that a run did not see; many small listings are read at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from workers.catalog.deletion.seen import Marks
from workers.store.statements import Statements

PAGE = 5000
"""Entities that are read at once, about; the same number is the limit in ``listing_page``."""
LISTINGS = 500
"""Listings of one query."""


class KnownListing(NamedTuple):
    """A listing that was read completely: of a ``node`` in a ``scope`` (an FQN), under these grants of ours.

    ``known`` are the grants under which it was last read completely before; ``size`` is how many entities the catalog
    has of it, gone ones included, and at most one more than a page.
    """

    node: str
    scope: str
    fingerprint: str | None
    known: str | None
    size: int


def look_up(sql: Statements, found: Sequence[tuple[str, str, str | None]]) -> list[KnownListing]:
    """The catalog's knowledge of the listings ``found``, which are ``(node, scope, fingerprint)``."""
    if not found:
        return []
    keys = json.dumps([(scope, node) for node, scope, _ in found])
    rows = sql.all("listings", listings=keys, most=PAGE + 1)
    known = {n: (grants, size) for n, grants, size in rows}
    return [KnownListing(*each, *known[n]) for n, each in enumerate(found)]


def unseen(
    sql: Statements, listings: Sequence[KnownListing], sent: Marks, listed: Marks
) -> Iterator[tuple[KnownListing, list[int]]]:
    """Yields ``(listing, ids of its entities without a mark)``. A secondary entity counts only when its owner was
    sent."""
    for part in _together(listings):
        for rows in _pages(sql, part):
            found: dict[int, list[int]] = {}
            for n, id_, mark, owner in rows:
                if not (mark in sent or mark in listed or (owner is not None and owner not in sent)):
                    found.setdefault(n, []).append(id_)
            for n, ids in found.items():
                yield part[n], ids


def _together(listings: Sequence[KnownListing]) -> Iterator[list[KnownListing]]:
    """Yields groups of listings that fit into one page together; a larger one is a group of its own, and empty ones are
    left out."""
    page: list[KnownListing] = []
    total = 0
    for each in listings:
        if page and total + each.size > PAGE:
            yield page
            page, total = [], 0
        if each.size:
            page.append(each)
            total += each.size
    if page:
        yield page


def _pages(sql: Statements, part: Sequence[KnownListing]) -> Iterator[Sequence[Any]]:
    """Yields pages of ``(index of the listing in the part, id, mark, owner)``."""
    if len(part) > 1 or part[0].size <= PAGE:
        keys = json.dumps([(each.scope, each.node) for each in part])
        yield sql.all("entities_of_listings", listings=keys)
        return
    after = 0
    while rows := sql.all("listing_page", scope=part[0].scope, node=part[0].node, after=after):
        yield [(0, *row) for row in rows]
        after = rows[-1][0]
