"""Starts, scopes and units as columns of the ledger's tables, and back."""

from __future__ import annotations

import json
from typing import Any

from specs.contracts.work import Phase, Unit
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope


def dump_start(start: Start) -> dict[str, Any]:
    """The columns of a unit's start: ``scope``, ``item`` and ``span`` as JSON."""
    span = start.range
    return {
        "part": start.part,
        "node": start.node,
        "scope": dump(start.scope.path),
        "item": None if start.item is None else dump(start.item),
        "span": dump([span.after, span.until, span.only]),
        "estimate": start.estimate,
    }


def load_start(row: Any) -> Start:
    return Start(
        row.node,
        load_scope(row.scope),
        None if row.item is None else json.loads(row.item),
        load_span(row.span),
        row.estimate,
        row.part,
    )


def load_scope(text: str) -> Scope:
    return Scope(tuple(json.loads(text)))


def load_span(text: str) -> KeyRange:
    after, until, only = json.loads(text)
    return KeyRange(after, until, None if only is None else tuple(only))


def load_unit(row: Any) -> Unit:
    phase: Phase = row.phase
    return Unit(row.id, row.run, row.service, load_start(row), phase, row.depth, row.parent)


def dump(value: Any) -> str:
    """JSON escaped to ASCII, so that any text survives, even NUL and lone surrogates, which no database stores."""
    return json.dumps(value, separators=(",", ":"))
