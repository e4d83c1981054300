"""The texts of routines and triggers, as a parser takes them."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from specs import names
from specs.contracts.parts.resolver import StoredObject
from specs.entities.lineage import Evidence

LANGUAGES = frozenset({"", "sql", "plpgsql", "plsql"})
"""Languages whose statements are understood."""
ROUTINES = ('"code":', *(f'"language":"{each}"' for each in sorted(LANGUAGES) if each))
"""What the content of routines contains whose body is understood, or would be if the catalog had it."""
_EXECUTES = re.compile(r"\bEXECUTE\s+(?:FUNCTION|PROCEDURE)\b.*\Z", re.IGNORECASE | re.DOTALL)
"""How a trigger of PostgreSQL names its function."""


class CodeBody(NamedTuple):
    """A text that moves data when it runs. ``database`` and ``schema`` are those that its names are meant in."""

    fqn: str
    type: str
    evidence: Evidence
    text: str
    database: str
    schema: str

    @property
    def size(self) -> int:
        """The bytes of the text."""
        return len(self.text.encode("utf-8", "replace"))


def routine(stored: StoredObject) -> CodeBody | None:
    """The body of a routine; ``None`` for one whose language is not understood, that has no text, or that only runs
    as the function of triggers, which tell what it does."""
    told: dict[str, Any] = json.loads(stored.content)
    code = told.get("code")
    if not code or (told.get("language") or "").lower() not in LANGUAGES or told.get("returns") == "trigger":
        return None
    path = names.split(stored.fqn)
    return CodeBody(stored.fqn, stored.type, "procedure", _enclosed(told, code), path[1], path[2])


def is_hidden(stored: StoredObject) -> bool:
    """Whether a routine has a body of a language that is understood, which the catalog does not have: the source does
    not show it to everybody."""
    told: dict[str, Any] = json.loads(stored.content)
    understood = (told.get("language") or "").lower() in LANGUAGES - {""}
    return understood and not told.get("code") and told.get("returns") != "trigger"


def _enclosed(told: dict[str, Any], code: str) -> str:
    """A body as part of the statement that creates a routine: it is read otherwise than a script."""
    if (told.get("language") or "").lower() == "plpgsql" or told.get("volatility"):
        tag = "$body$"
        while tag in code:
            tag = f"{tag[:-1]}y$"
        return f"CREATE PROCEDURE body() LANGUAGE plpgsql AS {tag}\n{code}\n{tag}"
    return f"CREATE PROCEDURE body()\n{code}"


def function_of(stored: StoredObject) -> str | None:
    """The FQN of the function that a trigger runs, where its body is that of a function."""
    found: str | None = json.loads(stored.content).get("function")
    return found


def trigger(stored: StoredObject, function: StoredObject | None) -> CodeBody | None:
    """The body of a trigger, with that of its function; ``None`` for one without a text."""
    definition = json.loads(stored.content).get("definition")
    if not definition:
        return None
    text = definition
    if function is not None:
        told: dict[str, Any] = json.loads(function.content)
        if not told.get("code") or (told.get("language") or "").lower() not in LANGUAGES:
            return None
        text = f"{_EXECUTES.sub('', definition)}\n{told['code']}"
    path = names.split(stored.fqn)
    return CodeBody(stored.fqn, stored.type, "trigger", text, path[1], path[2])
