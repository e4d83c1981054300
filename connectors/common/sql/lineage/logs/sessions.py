"""What sessions of a log have made: temporary tables, and others that may not outlive them."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from connectors.common.sql.lineage.logs.steps import StatementShape
from specs.contracts.parts.statements import TableName

MOST_SESSIONS = 5_000
"""Sessions whose tables are remembered; the one that was quiet longest is forgotten."""
MOST_MADE = 200
"""Relations of one session that are remembered."""
MOST_STATEMENTS = 50
"""Statements that may stand in front of one, since they made the temporary tables that it reads."""
_CHOICE = re.compile(
    r"\s*(?:SET\s+(?:SESSION\s+|LOCAL\s+)?(?:search_path|schema|current_schema)\s*(?:=|\bTO\b)|USE\s+SCHEMA\b)\s*(.+)",
    re.IGNORECASE | re.DOTALL,
)
_NO_SCHEMAS = frozenset({"$user", "pg_catalog", "pg_temp", "default"})


@dataclass(slots=True)
class Made:
    """A relation that a session made, with the shapes that made and filled it, in order."""

    temporary: bool
    script: dict[int, StatementShape] = field(default_factory=dict)

    def extend(self, shapes: dict[int, StatementShape]) -> bool:
        """Add what else filled it, each shape once; whether there was room."""
        new = {key: shape for key, shape in shapes.items() if key not in self.script}
        if len(self.script) + len(new) > MOST_STATEMENTS:
            return False
        self.script |= new
        return True


@dataclass(slots=True)
class SessionState:
    """What one session made, and the ``schema`` that it chose for names without one."""

    made: dict[TableName, Made] = field(default_factory=dict)
    schema: str | None = None


class Sessions:
    """The states of sessions by their names in the log, in bounded memory."""

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._states: OrderedDict[str, SessionState] = OrderedDict()
        self.forgotten = 0

    def known(self, session: str) -> SessionState | None:
        """The state of a session that has one."""
        found = self._states.get(session)
        if found is not None:
            self._states.move_to_end(session)
        return found

    def begun(self, session: str) -> SessionState:
        """The state of a session, a new one if need be."""
        found = self.known(session)
        if found is None:
            found = self._states[session] = SessionState()
            if len(self._states) > self._most:
                _, dropped = self._states.popitem(last=False)
                self.forgotten += 1 if dropped.made else 0
        return found


def chosen_schema(text: str, *, folds: bool) -> str | None:
    """The schema that a statement chooses for names without one; ``None`` where it is no such statement, and empty
    where it returns to the default. ``folds``: names without quotes are in lower case."""
    found = _CHOICE.match(text)
    if found is None:
        return None
    for part in found[1].rstrip("; \t\r\n").split(","):
        said = part.strip()
        name = said.strip("\"'`[]")
        if name and name.casefold() not in _NO_SCHEMAS:
            return name.lower() if folds and said == name else name
    return ""
