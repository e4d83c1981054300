"""The part of the ledger that a worker needs for its units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from specs.contracts.positions import SourcePosition
from specs.contracts.work import Claim, QueuePosition


class UnitLedger(Protocol):
    """The methods are those of ``specs.contracts.ledger.Ledger``."""

    def identify(
        self, run: str, identity: str, *, accept: bool, position: SourcePosition | None = None, settle: bool = True,
        now: float,
    ) -> bool: ...  # fmt: skip
    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None: ...
    def renew(self, unit: str, fence: int, *, lease: float = 60.0, progress: str = "", now: float) -> bool: ...
    def touch(self, unit: str, fence: int, node: str, listing: str, key: str) -> bool: ...
    def flushing(self, unit: str, fence: int, position: QueuePosition) -> bool: ...
    def release(
        self, unit: str, fence: int, *, now: float, reason: str = "", delay: float = 0.0, failed: bool = False
    ) -> bool: ...
    def report(self, service: str, ok: bool, now: float, reason: str = "") -> None: ...
    def suspects(self, unit: str) -> list[tuple[str, str]]: ...
    def sizes(self, listings: Sequence[str]) -> dict[str, int]: ...
