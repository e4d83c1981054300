"""A finding of the doctor: something is right or wrong, with the evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["ok", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``bad`` findings keep something from working; a ``note`` only says what is not there."""

    name: str
    level: Level
    evidence: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
