"""The results of a run in numbers that add up, and its progress while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from specs.service_spec import METADATA

Status = Literal["complete", "partial", "failed", "cancelled", "interrupted", "running", "paused"]
"""``running``: a process works on it; only runs of a cluster can be ``paused``."""
EXIT = {
    "complete": 0, "partial": 3, "failed": 2, "cancelled": 3, "interrupted": 130, "running": 130, "paused": 130
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run. ``queued_bytes`` are the bytes of uncommitted batches; ``backpressure``: workers wait for
    the flusher.

    ``note`` is the reason why the run cannot go on now, where it is known.
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


class PartOfRun(BaseModel):
    """What belongs to one part of a run."""

    model_config = ConfigDict(frozen=True)

    part: str = METADATA

    @model_serializer(mode="wrap")
    def _only_what_differs(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The part is told where it is another one than metadata."""
        found: dict[str, Any] = plain(self)
        if self.part == METADATA:
            del found["part"]
        return found


class IncompleteScope(PartOfRun):
    """A listing that did not come to its end: nothing below it is deleted, and why."""

    node: str
    scope: str
    reason: str
    message: str = ""


class SlowScope(PartOfRun):
    """A unit that workers held for long, in seconds."""

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
    """Why the run deletes nothing: the server was behind the position up to which it was read before."""
    filtered: dict[str, int] = {}
    """Objects dropped, per ``TYPE by rule``."""
    idle_filters: list[str] = []
    """Filter patterns of a complete run that made no difference."""
    slowest: list[SlowScope] = []
    missing: dict[str, int] = {}
    waiting: dict[str, int] = {}
    """Deletions above the cap, which a person must approve."""
    doubtful: dict[str, int] = {}
    """Objects that may only be hidden from us, because our grants changed."""
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
