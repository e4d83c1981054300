"""The protocol of the resolver: what the catalog knows of objects, for parts that build on stored metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class StoredObject(NamedTuple):
    """A live object of the catalog; ``content`` is its canonical JSON, without defaults."""

    type: str
    fqn: str
    name: str
    content: str


class NameQuery(NamedTuple):
    """A name to look up directly below ``parent``, an FQN. ``folded``: a name that differs only in case fits, too,
    where none is equal."""

    parent: str
    name: str
    folded: bool = False


class Resolver(Protocol):
    """Answers from the catalog's own database, in the same process or through a pipe. Answers are bounded in bytes:
    at least one object, at most about ``ANSWER_BYTES``. All methods raise ``Retry`` while the database is unavailable.
    """

    def children(
        self,
        parent: str,
        type_: str,
        *,
        containing: Sequence[str] = (),
        after: str = "",
        until: str | None = None,
        limit: int = 1000,
        contents: bool = True,
    ) -> list[StoredObject]:
        """A page of the live objects of one type directly below ``parent``, ordered by FQN: those behind the FQN
        ``after``, up to and including ``until``. An empty page is the end. Below the empty FQN are services.

        ``containing`` are pieces of canonical JSON, one of which an object's content must contain; none: all objects.
        Without ``contents`` the objects have an empty one, for listings of names.
        """
        ...

    def holders(self, scope: str, types: Sequence[str], *, after: str = "", limit: int = 1000) -> list[str]:
        """A page of the FQNs below ``scope`` of what holds objects of one of these types, ordered, those behind
        ``after``. An empty page is the end. Objects count as long as they are not deleted, also those that were not
        seen any more: what tells of them has to be looked at once again."""
        ...

    def named(self, queries: Sequence[NameQuery], types: Sequence[str] = ("Table",)) -> list[list[StoredObject]]:
        """The live objects that fit each name, one list per query, in the order of the queries: none, one, or several
        where the name fits more than one in other case. They are ordered by FQN and type.

        The answer ends early when it is full: it then has fewer lists than there are queries, and the caller asks for
        the rest.
        """
        ...

    def statistics(self, type_: str, fqn: str) -> str | None:
        """The volatile facts of a live object, as JSON; ``None`` where there are none."""
        ...


def folded(name: str) -> str:
    """A name in the form in which names that differ only in the case of ASCII letters are equal. Other letters keep
    theirs: databases do not agree about them."""
    return name.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


ANSWER_BYTES = 4_000_000
"""Bytes of contents after which an answer ends."""
