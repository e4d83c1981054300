"""A change in words: one line for the object, one for each field that changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scheduler.display.render import clean

_SIGNS = {"created": "+", "updated": "~", "deleted": "-", "restored": "^"}
LONGEST = 100
"""Characters shown of one value."""


def told(kind: str, type_: str, fqn: str, diff: dict[str, Any] | None) -> Iterator[str]:
    """``~ Table shop.sales.orders`` and its fields: ``    columns.id.native_type: "int" -> "bigint"``."""
    yield f"{_SIGNS.get(kind, '?')} {type_} {clean(fqn)}" + ("" if kind in _SIGNS else f" ({kind})")
    for path, change in (diff or {}).items():
        old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
        if old is None:
            yield f"    {clean(path)}: + {_short(new)}"
        elif new is None:
            yield f"    {clean(path)}: - {_short(old)}"
        else:
            yield f"    {clean(path)}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = clean(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
