"""What a run did, in numbers that reconcile; and where it stands while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from specs.topology.events import METADATA

Status = Literal["complete", "partial", "failed", "cancelled", "interrupted", "running", "paused"]
"""``running``: somebody works on it; ``paused`` are runs of a cluster only."""
EXIT = {
    "complete": 0, "partial": 3, "failed": 2, "cancelled": 3, "interrupted": 130, "running": 130, "paused": 130
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. ``queued_bytes`` wait for the flusher; ``backpressure``: the workers wait for it.

    ``note`` says why nothing moves, where that is known.
    """

    run: str
    known: int = 0
    done: int = 0
    entities: int = 0
    entities_per_second: float = 0.0
    failures: int = 0
    scopes: tuple[str, ...] = ()
    queued_bytes: int = 0
    backpressure: bool = False
    rss: int = 0
    seconds: float = 0.0
    states: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


class TypeTally(BaseModel):
    """One entity type: listed = emitted + unchanged + filtered + failed + gone, and stored = emitted."""

    model_config = ConfigDict(frozen=True)

    listed: int = 0
    emitted: int = 0
    unchanged: int = 0
    filtered: int = 0
    failed: int = 0
    gone: int = 0
    stored: int = 0

    @property
    def reconciles(self) -> bool:
        found = self.emitted + self.unchanged + self.filtered + self.failed + self.gone
        return self.listed == found and self.emitted == self.stored


class IncompleteScope(BaseModel):
    """A listing that did not come to its end: nothing below it is deleted, and why."""

    model_config = ConfigDict(frozen=True)

    node: str
    scope: str
    reason: str
    message: str = ""
    part: str = METADATA

    @model_serializer(mode="wrap")
    def _only_what_differs(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The part is told where it is another one than metadata."""
        found: dict[str, Any] = plain(self)
        if self.part == METADATA:
            del found["part"]
        return found


class SlowScope(BaseModel):
    model_config = ConfigDict(frozen=True)

    scope: str
    seconds: float
    objects: int = 0


class Summary(BaseModel):
    """The result of a run. ``as_json`` is the object that ``crawl --json`` ends with."""

    model_config = ConfigDict(frozen=True)

    run: str
    service: str = ""
    via: str = "cluster"
    status: Status
    entities: dict[str, TypeTally] = {}
    deleted: dict[str, int] = {}
    incomplete_scopes: list[IncompleteScope] = []
    statements: int = 0
    seconds: float = 0.0
    peak_rss_mb: float = 0.0
    reason: str = ""
    """Why the run failed or was partial, in one line."""
    doubt: str = ""
    """Why nothing that is absent counts as gone: the server was behind what was read of it before."""
    filtered: dict[str, int] = {}
    """Objects dropped, per ``TYPE by rule``."""
    idle_filters: list[str] = []
    """Filter patterns of a complete run that made no difference."""
    slowest: list[SlowScope] = []
    missing: dict[str, int] = {}
    waiting: dict[str, int] = {}
    """Deletions above the cap, which a person must approve."""
    doubtful: dict[str, int] = {}
    """What may only be hidden from us, since our grants changed."""
    sinks: dict[str, int] = {}
    """Lines written per sink."""
    sink_errors: list[str] = []
    code: int | None = None

    @property
    def exit_code(self) -> int:
        """0 complete, 1 usage, 2 source unreachable or refused, 3 partial, 4 sink failure, 130 interrupted.

        A cancelled run is partial. A sink that failed outweighs that, which shows in the status too.
        """
        if self.code is not None:
            return self.code
        if self.sink_errors:
            return 4
        return EXIT[self.status]

    @property
    def open(self) -> bool:
        """The run is not over."""
        return self.status in ("interrupted", "running", "paused")

    @property
    def reconciles(self) -> bool:
        return all(tally.reconciles for tally in self.entities.values())

    def as_json(self) -> dict[str, Any]:
        """Exactly ``run, status, entities, deleted, incomplete_scopes, statements, seconds, peak_rss_mb``; ``doubt``
        too where there is one."""
        keys = {
            "run", "status", "entities", "deleted", "incomplete_scopes", "statements", "seconds", "peak_rss_mb"
        }  # fmt: skip
        return self.model_dump(mode="json", include=keys | ({"doubt"} if self.doubt else set()))
