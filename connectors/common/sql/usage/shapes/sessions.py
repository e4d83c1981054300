"""What sessions of a log chose and made: where their unqualified names lead, and which of them are temporary tables."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_SESSIONS = 10_000
"""Sessions that are told apart; what the one chose that was quiet longest is forgotten."""
MOST_TEMPORARY = 100
"""Temporary tables of a session that are remembered."""
_LOOKED_AT = 20_000
"""Characters of a text that are looked at; what a longer one makes is not known."""
_MEMORY = 10_000
"""Normalized texts whose words are remembered."""

_CHANGES = re.compile(
    r"search_path|^\s*use\s|\b(?:set|use)\s+schema\b|\btemp(?:orary)?\b|\bdiscard\b|\breset\s+all\b"
    r"|^\s*(?:commit|end|rollback|abort)\b|\bdrop\s+(?:table|view)\b|\brename\s+to\b",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"\bset\s+(?P<how>local\s+|session\s+)?(?:search_path\s*(?:=|to\b)|schema\b)\s*(?P<path>[^;]+)"
    r"|\buse\s+schema\s+(?P<schema>[^;]+)"
    r"|\bset_config\s*\(\s*'search_path'\s*,\s*'(?P<config>[^']*)'\s*,\s*(?P<local>\w+)",
    re.IGNORECASE,
)
_USE = re.compile(r"\s*use\s+(?:database\s+)?(?!schema\b|role\b|warehouse\b)(?P<name>[^\s;]+)\s*;?\s*", re.IGNORECASE)
_NAME = r'((?:(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+) ?\. ?)*(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[\w$]+))'
_MADE = re.compile(
    r"(?:create (?:or replace )?(?:(?:global|local) )?(?:temp|temporary) (?:table|view)"
    rf"|\binto (?:local )?(?:temp|temporary)(?: table)?) (?:if not exists )?{_NAME}"
)
_DROPPED = re.compile(rf"drop (?:temporary )?(?:table|view) (?:if exists )?({_NAME}(?:, {_NAME})*)")
_RENAMED = re.compile(rf"alter table (?:if exists )?{_NAME} rename to {_NAME}")
_ENDED = re.compile(r"(?:commit|end|rollback|abort)\b")
_FORGOTTEN = re.compile(r"\b(?:reset (?:all|search_path)|discard all)\b")
_EMPTIED = re.compile(r"\bdiscard (?:all|temp|temporary)\b")
_WORD = re.compile(r'"([^"]+)"|`([^`]+)`|\[([^\]]+)\]|([\w$]+)')


class SessionScope(NamedTuple):
    """What decides what a statement's unqualified names mean: the ``database`` that was chosen by USE, the ``path`` of
    schemas where it is not the product's own, and those ``temporary`` tables that the statement may name."""

    database: str = ""
    path: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()


PLAIN = SessionScope()


@dataclass(slots=True)
class _Choice:
    path: tuple[str, ...] = ()
    local: tuple[str, ...] | None = None
    used: tuple[str, str] = ("", "")
    """The database chosen by USE, and the one that the log told when that was."""
    temporary: dict[str, bool] = field(default_factory=dict)
    """Names as they are spelled; whether they end with the transaction."""


def changes(text: str) -> bool:
    """Whether a text may choose or make something for its session."""
    return _CHANGES.search(text[:_LOOKED_AT]) is not None


class SessionScopes:
    """Follows the sessions of one log, in bounded memory. ``folded``: unquoted names are in lower case. ``own`` are the
    schemas that are first in the path of the user of their name, and ``default`` is the one behind them."""

    def __init__(self, *, folded: bool, own: Collection[str] = (), default: str = "") -> None:
        self._folded, self._own, self._default = folded, own, default
        self._choices: OrderedDict[str, _Choice] = OrderedDict()
        self._words: dict[int, frozenset[str]] = {}

    def of(self, session: str, user: str, database: str, key: int, normalized: str | None) -> SessionScope:
        """The scope of a statement with this fingerprint. Its normalized text is needed where the session has temporary
        tables (``has_temporary``)."""
        own = user in self._own
        found = self._choices.get(session) if self._choices else None
        if found is None:
            return SessionScope(path=(user, self._default)) if own else PLAIN
        chosen = found.path if found.local is None else found.local
        path = tuple(user if part == "$user" else part for part in chosen if part != "$user" or own)
        if not chosen and own:
            path = (user, self._default)
        used, told = found.used
        temporary = tuple(sorted(set(found.temporary) & self._named(key, normalized or ""))) if found.temporary else ()
        return SessionScope(used if told == database else "", path, temporary)

    def has_temporary(self, session: str) -> bool:
        """Whether a session has temporary tables."""
        found = self._choices.get(session)
        return found is not None and bool(found.temporary)

    def apply(self, session: str, database: str, text: str, normalized: str) -> None:
        """Remember what a statement chose or made. ``normalized`` is its text without literals."""
        known = self._choices.get(session)
        found = known or _Choice()
        for chosen in _PATH.finditer(text[:_LOOKED_AT]):
            self._choose(found, chosen)
        used = _USE.fullmatch(text[:_LOOKED_AT])
        if used is not None:
            found.used = (self._spelled(used["name"]), database)
        self._tables(found, normalized[:_LOOKED_AT])
        if _ENDED.match(normalized):
            found.local = None
            found.temporary = {name: ends for name, ends in found.temporary.items() if not ends}
        if _FORGOTTEN.search(normalized):
            found.path, found.local = (), None
        if known is not None:
            self._choices.move_to_end(session)
        elif found != _Choice():
            self._choices[session] = found
            if len(self._choices) > MOST_SESSIONS:
                self._choices.popitem(last=False)

    def _choose(self, choice: _Choice, found: re.Match[str]) -> None:
        said = next(each for each in (found["path"], found["schema"], found["config"]) if each is not None)
        parts = tuple(self._spelled(part) for part in said.split(",") if part.strip())
        path = () if tuple(map(str.lower, parts)) == ("default",) else parts
        if (found["how"] or "").strip().lower() == "local" or (found["local"] or "").lower() in ("true", "t"):
            choice.local = path
        else:
            choice.path, choice.local = path, None

    def _tables(self, choice: _Choice, normalized: str) -> None:
        if _EMPTIED.search(normalized):
            choice.temporary.clear()
        for made in _MADE.finditer(normalized):
            if len(choice.temporary) < MOST_TEMPORARY:
                choice.temporary[_last(made[1])] = "on commit drop" in normalized
        if choice.temporary:
            for dropped in _DROPPED.finditer(normalized):
                for name in dropped[1].split(", "):
                    choice.temporary.pop(_last(name), None)
            for renamed in _RENAMED.finditer(normalized):
                if _last(renamed[1]) in choice.temporary:
                    choice.temporary[_last(renamed[2])] = choice.temporary.pop(_last(renamed[1]))

    def _named(self, key: int, normalized: str) -> frozenset[str]:
        """The words of a text that may be names."""
        found = self._words.get(key)
        if found is None:
            if len(self._words) >= _MEMORY:
                self._words.clear()
            found = self._words[key] = frozenset(
                next(filter(None, word.groups())) for word in _WORD.finditer(normalized[:_LOOKED_AT])
            )
        return found

    def _spelled(self, said: str) -> str:
        """A name as the catalog has it."""
        name = said.strip().rstrip(";").strip()
        bare = name.strip("\"'`[]")
        return bare.lower() if self._folded and bare == name else bare


def _last(name: str) -> str:
    """The last part of a name, without quotes."""
    *_, last = _WORD.finditer(name)
    return str(next(filter(None, last.groups())))
