"""The words of full-text search: how text is cut, the same for storing and for asking."""

from __future__ import annotations

import re

LONGEST = 64 * 1024
"""Characters of one entity's search text that are indexed; a table of 4,000 columns has about as many."""

_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_WORD = re.compile(r"[^\W_]+")


def cut(text: str) -> list[str]:
    """The distinct lower-case words of ``text`` in order; underscores, dots and blanks separate them.

    >>> cut("Orders.customer_id orders")
    ['orders', 'customer', 'id']
    """
    lower = text[:LONGEST].lower()
    if lower.isascii():  # four times as fast
        return list(dict.fromkeys(lower.translate(_BLANKS).split()))
    return list(dict.fromkeys(_WORD.findall(lower)))


def tsvector(text: str) -> str:
    """The words as the text form of a PostgreSQL ``tsvector``; words beyond its limit of 2 KB are shortened."""
    return " ".join(word if len(word) <= 500 else word[:500] for word in cut(text))
