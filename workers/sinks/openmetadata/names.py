"""Names in OpenMetadata's spelling: characters that it does not accept are replaced, and FQNs are quoted its way."""

from __future__ import annotations

from specs import names

RESERVED = (("::", "__reserved__colon__"), (">", "__reserved__arrow__"), ('"', "__reserved__quote__"))
"""``(text, replacement)`` for texts that OpenMetadata does not accept in names, as its own clients replace them."""


def name(text: str) -> str:
    """One name in OpenMetadata's spelling. Line ends and tabs, which it does not accept, become blanks."""
    for found, word in RESERVED:
        text = text.replace(found, word)
    return " ".join(text.splitlines()).replace("\t", " ") or "-"


def fqn(ours: str) -> str:
    """Our FQN in OpenMetadata's spelling: parts with a dot are quoted.

    >>> fqn('shop.db."a.b"')
    'shop.db."a.b"'
    """
    return join(names.split(ours))


def join(parts: tuple[str, ...]) -> str:
    return ".".join(f'"{part}"' if "." in part else part for part in map(name, parts))


def parent(ours: str) -> str:
    return join(names.split(ours)[:-1])
