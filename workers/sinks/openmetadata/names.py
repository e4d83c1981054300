"""Names as OpenMetadata spells them: what its names cannot hold is replaced, FQNs are quoted its way."""

from __future__ import annotations

from specs import names

RESERVED = (("::", "__reserved__colon__"), (">", "__reserved__arrow__"), ('"', "__reserved__quote__"))
"""What a name may not hold there, and what stands for it; the same words that its own clients write."""


def name(text: str) -> str:
    """One name. Line ends and tabs, which it does not take at all, become blanks."""
    for found, word in RESERVED:
        text = text.replace(found, word)
    return " ".join(text.splitlines()).replace("\t", " ") or "-"


def fqn(ours: str) -> str:
    """Our FQN as OpenMetadata's: parts with a dot are quoted.

    >>> fqn('shop.db."a.b"')
    'shop.db."a.b"'
    """
    return join(names.split(ours))


def join(parts: tuple[str, ...]) -> str:
    return ".".join(f'"{part}"' if "." in part else part for part in map(name, parts))


def parent(ours: str) -> str:
    return join(names.split(ours)[:-1])
