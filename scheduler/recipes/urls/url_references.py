"""References inside a URL: ``postgresql://u:${env:PW}@${env:HOST}:${env:PORT}/db``.

Characters such as ``:`` in a reference would end the parts of a URL too early. So a number takes the place of each
reference before the URL is parsed, and the settings made from it get the references back. The process that crawls
resolves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from specs.recipe.secrets import escape

_REFERENCE = re.compile(r"\$\$\{|\$\{[^}]*\}")
FIRST = 54_271
"""The first of the numbers that take the place of references: valid as text and as a port."""


class References:
    """``url`` is the given one with a number in place of each reference; ``restored`` puts them back."""

    def __init__(self, given: str) -> None:
        self._found: dict[str, str] = {}
        free = (str(number) for number in count(FIRST) if str(number) not in given)
        self.url = _REFERENCE.sub(lambda found: self._stand_in(found[0], free), given)

    def _stand_in(self, reference: str, free: Iterator[str]) -> str:
        if reference.startswith("$$"):
            return "${"
        number = next(free)
        self._found[number] = reference
        return number

    def restored(self, value: Any) -> Any:
        """Settings as a recipe has them: references as they were written, all other text escaped."""
        if isinstance(value, dict):
            return {key: self.restored(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.restored(each) for each in value]
        if isinstance(value, int) and str(value) in self._found:
            return self._found[str(value)]
        return self._texts(escape(value), self._found) if isinstance(value, str) else value

    def within(self, text: str) -> bool:
        """Whether ``text`` contains the number of a reference."""
        return any(number in text for number in self._found)

    def told(self, text: str) -> str:
        """``text`` for messages, with the references as they were written."""
        return self._texts(text, self._found)

    def named(self, text: str) -> str:
        """``text`` with the last word of each reference: ``DB_HOST`` for ``${env:DB_HOST}``."""
        return self._texts(text, {number: re.findall(r"\w+", each)[-1] for number, each in self._found.items()})

    @staticmethod
    def _texts(text: str, found: dict[str, str]) -> str:
        return re.sub("|".join(found), lambda number: found[number[0]], text) if found else text
