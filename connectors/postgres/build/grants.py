"""Access control lists as grants: the privileges that they add to the server's defaults, and those that they revoke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from specs.entities.access import Grant

_PRIVILEGES = {
    "r": "select",
    "a": "insert",
    "w": "update",
    "d": "delete",
    "D": "truncate",
    "x": "references",
    "t": "trigger",
    "m": "maintain",
    "X": "execute",
    "U": "usage",
    "C": "create",
    "c": "connect",
    "T": "temporary",
    "s": "set",
    "A": "alter system",
}
"""The letters of ``aclitem``."""

Acl = Sequence[str] | None
_Rights = dict[str, dict[str, bool]]
"""Letters by grantee, each with whether it may be passed on."""


def grants(acl: Acl, default: Acl = (), column: str | None = None) -> tuple[Grant, ...]:
    """What the items of ``acl`` differ in from those of ``default`` (``acldefault`` of the same kind and owner).

    A list that is ``None`` was never touched. The grantor is left out: a right held from two is one right.

    >>> grants(["owner=arwdDxt/owner", "reader=r*/owner"], ["owner=arwdDxt/owner"])
    (Grant(grantee='reader', column=None, privileges=('select',), grantable=('select',), revoked=()),)
    """
    return _grants(tuple(acl), tuple(default or ()), column) if acl is not None else ()


@lru_cache(maxsize=1024)
def _grants(acl: tuple[str, ...], default: tuple[str, ...], column: str | None) -> tuple[Grant, ...]:
    """Many objects share one list."""
    given, implied = _rights(acl), _rights(default)
    found = []
    for grantee in sorted({*given, *implied}):
        has, had = given.get(grantee, {}), implied.get(grantee, {})
        added = {letter: passed for letter, passed in has.items() if letter not in had or (passed and not had[letter])}
        if grantee in implied and set(has) == set(had):
            added = {}  # the owner passes on what is his by nature
        fields = {
            "privileges": tuple(_word(letter) for letter in added),
            "grantable": tuple(_word(letter) for letter, passed in added.items() if passed),
            "revoked": tuple(_word(letter) for letter in had if letter not in has),
        }
        if added or fields["revoked"]:
            found.append(Grant(grantee=grantee, column=column, **fields))
    return tuple(found)


def _word(letter: str) -> str:
    return _PRIVILEGES.get(letter, letter)


def _rights(items: Sequence[str]) -> _Rights:
    found: _Rights = {}
    for item in items:
        grantee, letters = _parsed(item)
        rights = found.setdefault(grantee or "public", {})
        for letter, passed in letters:
            rights[letter] = passed or rights.get(letter, False)
    return found


def _parsed(item: str) -> tuple[str, list[tuple[str, bool]]]:
    """Read ``grantee=letters/grantor``; a star behind a letter lets it be passed on.

    >>> _parsed('"a=""b"=r*w/postgres')
    ('a="b', [('r', True), ('w', False)])
    """
    grantee, rest = _name(item)
    return grantee, list(_letters(rest[1:].partition("/")[0]))


def _name(item: str) -> tuple[str, str]:
    if not item.startswith('"'):
        name, _, rest = item.partition("=")
        return name, f"={rest}"
    at, name = 1, ""
    while True:
        end = item.index('"', at)
        name += item[at:end]
        if item[end + 1 : end + 2] != '"':
            return name, item[end + 1 :]
        name, at = f'{name}"', end + 2


def _letters(text: str) -> Iterator[tuple[str, bool]]:
    for at, letter in enumerate(text):
        if letter != "*":
            yield letter, text[at + 1 : at + 2] == "*"
