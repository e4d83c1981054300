r"""Regular expressions of filters, matched in linear time.

The engine is RE2: matching takes time proportional to the product of both lengths, while Python's backtracking can take
for ever, with the interpreter's lock held. Constructs that RE2 does not have (look-around, back-references, atomic
groups) are refused with their position. Where RE2 reads a construct in another way, Python's meaning is kept: ``\w``,
``\d`` and ``\s`` cover Unicode, ``\Z`` is the end, ``{,5}`` is a repetition.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from specs import names

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
_SPACE = r"\s\p{Z}\x{1c}-\x{1f}\x{85}"
_OUTSIDE = {
    "w": r"[_\p{L}\p{N}]", "W": r"[^_\p{L}\p{N}]", "d": r"\p{Nd}", "D": r"\P{Nd}", "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]", "Z": r"\z",
}  # fmt: skip
_INSIDE = {"w": r"_\p{L}\p{N}", "d": r"\p{Nd}", "D": r"\P{Nd}", "s": _SPACE}
_HEX = {"u": re.compile(r"\\u([0-9a-fA-F]{4})"), "U": re.compile(r"\\U([0-9a-fA-F]{8})")}
_AT_MOST = re.compile(r"\{,(\d+)\}")
_GROUPS = {
    "(?=": "look-ahead", "(?!": "look-ahead", "(?<=": "look-behind", "(?<!": "look-behind", "(?>": "an atomic group",
    "(?(": "a conditional group", "(?P=": "a back-reference",
}  # fmt: skip


class Expression:
    """One pattern; it can be pickled. Raises ``ValueError`` that says what is wrong with the pattern, and where."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = _compile(pattern)

    def found_in(self, name: str) -> bool:
        """Whether the pattern matches anywhere in ``name``, in which lone surrogates count as U+FFFD."""
        return self._compiled.search(name.encode("utf-8", names.REPLACE_LONE)) is not None

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.pattern,)


@lru_cache(maxsize=256)
def _compile(pattern: str) -> Any:
    spelled = _Spelling(pattern).read()
    try:
        return re2.compile(spelled, _OPTIONS)
    except re2.error as error:
        told = error.args[0]
        what, _, part = (told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)).partition(": ")
        at = pattern.find(part) if part else -1
        where = f" {part!r} at character {at + 1}" if at >= 0 and len(part) < len(pattern) else ""
        raise ValueError(f"not a regular expression: {what}{where}") from None
    except UnicodeEncodeError:
        raise ValueError("not a regular expression: it holds half a character") from None


class _Spelling:
    """Translates a pattern from Python's syntax to RE2's, part by part. Raises ``ValueError`` for refused
    constructs."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0
        self.written: list[str] = []

    def read(self) -> str:
        while self.at < len(self.pattern):
            step = self.pattern[self.at]
            if step == "\\":
                self._escape(_OUTSIDE)
            elif step == "[":
                self._brackets()
            elif self.pattern.startswith("(?", self.at):
                self._group()
            elif found := _AT_MOST.match(self.pattern, self.at):
                self._take(found[0], f"{{0,{found[1]}}}")
            else:
                self._take(step, step)
        return "".join(self.written)

    def _take(self, given: str, written: str) -> None:
        self.at += len(given)
        self.written.append(written)

    def _escape(self, known: dict[str, str]) -> None:
        given = self.pattern[self.at : self.at + 2]
        letter = given[1:]
        if letter in _HEX and (found := _HEX[letter].match(self.pattern, self.at)):
            self._take(found[0], rf"\x{{{found[1]}}}")
        elif known is _OUTSIDE and letter in set("123456789"):
            raise self._refused("a back-reference", given)
        elif letter in ("C", "Q") or (known is _INSIDE and letter in ("W", "S")):
            raise self._refused("this escape", given)
        else:
            self._take(given, known.get(letter, given))

    def _brackets(self) -> None:
        head = "[^" if self.pattern.startswith("[^", self.at) else "["
        self._take(head, head)
        first = True
        while self.at < len(self.pattern):
            step = self.pattern[self.at]
            if step == "]" and not first:
                self._take(step, step)
                return
            first = False
            if step == "\\":
                self._escape(_INSIDE)
            elif step == "[" and (end := self.pattern.find(":]", self.at)) > 0 and self.pattern[self.at + 1] == ":":
                name = self.pattern[self.at : end + 2]
                self._take(name, name)
            else:
                self._take(step, step)

    def _group(self) -> None:
        for operator, what in _GROUPS.items():
            if self.pattern.startswith(operator, self.at):
                raise self._refused(what, operator)
        self._take("(?", "(?")

    def _refused(self, what: str, part: str) -> ValueError:
        return ValueError(
            f"{what} is not available in filters: {part!r} at character {self.at + 1}; they are matched in linear time"
        )
