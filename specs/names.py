"""Fully qualified names: build, split, quote; total and reversible for any names.

Parts are joined with dots. A part is quoted with ``"`` when it is empty or holds a dot or a quote; quotes inside are
doubled. Everything else (spaces, capitals, emoji, line ends) stands as it is.

>>> build("shop", "public", 'odd."name')
'shop.public."odd.""name"'
>>> split('shop.public."odd.""name"')
('shop', 'public', 'odd."name')
"""

from __future__ import annotations

from hashlib import blake2b

REPLACEMENT = "�"
REPLACE_LONE = "replace_lone"
"""The name of an error handler for ``str.encode`` that replaces each lone surrogate by U+FFFD."""


def clean(text: str) -> str:
    """Return ``text`` without NUL and lone surrogates, which no store accepts; each becomes U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", REPLACEMENT).encode("utf-8", REPLACE_LONE).decode("utf-8")


def _replace_lone(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return REPLACEMENT.encode() * (error.end - error.start), error.end  # as text it would have to be ASCII


def quote(part: str) -> str:
    """One part of an FQN as it is written there: in quotes when it is empty or contains a dot or a quote."""
    if part and "." not in part and '"' not in part:
        return part
    return '"' + part.replace('"', '""') + '"'


def build(*parts: str) -> str:
    """Join parts into an FQN. Raises ``ValueError`` when there is no part."""
    if not parts:
        raise ValueError("an FQN has at least one part")
    return ".".join([quote(clean(part)) for part in parts])


def child(parent: str, name: str) -> str:
    """The FQN of ``name`` under the FQN ``parent``; faster than split and build."""
    return f"{parent}.{quote(clean(name))}"


def canonical(typed: str) -> str:
    """The FQN that a person means, who may put any part in quotes; a text that is none comes back as it is.

    >>> canonical('shop."public".orders')
    'shop.public.orders'
    """
    try:
        return build(*split(typed)) if '"' in typed else clean(typed)
    except ValueError:
        return clean(typed)


def split(fqn: str) -> tuple[str, ...]:
    """The parts of an FQN, unquoted. Raises ``ValueError`` for a text that ``build`` cannot have made."""
    if '"' not in fqn:
        parts = fqn.split(".")
        if "" in parts:
            raise ValueError(f'empty part in FQN {fqn!r}: write it as ""')
        return tuple(parts)
    return tuple(_scan(fqn))


def _scan(fqn: str) -> list[str]:
    parts: list[str] = []
    at = 0
    while True:
        if fqn[at : at + 1] == '"':
            part, at = _quoted(fqn, at + 1)
        else:
            end = fqn.find(".", at)
            end = len(fqn) if end < 0 else end
            part, at = fqn[at:end], end
            if not part or '"' in part:
                raise ValueError(f"malformed part in FQN {fqn!r} before position {end}")
        parts.append(part)
        if at == len(fqn):
            return parts
        if fqn[at] != ".":
            raise ValueError(f"expected a dot in FQN {fqn!r} at position {at}")
        at += 1


def _quoted(fqn: str, at: int) -> tuple[str, int]:
    pieces: list[str] = []
    while True:
        end = fqn.find('"', at)
        if end < 0:
            raise ValueError(f"quote not closed in FQN {fqn!r}")
        pieces.append(fqn[at:end])
        if fqn[end + 1 : end + 2] != '"':
            return "".join(pieces), end + 1
        pieces.append('"')
        at = end + 2


def mark(type_: str, fqn: str) -> int:
    """The 8-byte hash of an identity as a signed number, by which seen marks are compared with catalog rows."""
    digest = blake2b(f"{type_}\0{fqn}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _register() -> None:
    import codecs

    codecs.register_error(REPLACE_LONE, _replace_lone)


_register()
