"""The words of full-text search: text is cut in the same way for storing and for searching."""

from __future__ import annotations

import re

from specs.contracts.work import SEARCHED

WORD = 500
"""Most characters of one word; PostgreSQL accepts at most 2 KB."""

_BLANKS = bytes(code if code < 128 and chr(code).isalnum() else 32 for code in range(256))
_WORD = re.compile(r"[^\W_]+")


def cut(text: str) -> list[str]:
    """The distinct lower-case words of ``text`` in order; underscores, dots and blanks separate them.

    >>> cut("Orders.customer_id orders")
    ['orders', 'customer', 'id']
    """
    return [word.decode() for word in lexemes(text)]


def lexemes(text: str) -> list[bytes]:
    """The words of ``cut`` in UTF-8."""
    lower = text[:SEARCHED].lower()
    if lower.isascii():  # the usual case, in which this is several times as fast
        words = lower.encode().translate(_BLANKS).split()
        if len(lower) > WORD:
            words = [word[:WORD] for word in words]
    else:
        words = [word[:WORD].encode() for word in _WORD.findall(lower)]
    return list(dict.fromkeys(words))


def tsvector(text: str) -> str:
    """The words as the text form of a PostgreSQL ``tsvector``."""
    return " ".join(cut(text))
