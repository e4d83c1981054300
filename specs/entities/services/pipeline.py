"""Entities of pipeline services: pipelines and their tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from specs.entities.base import Entity, Name, Part, Prose, ordered


class Task(Part):
    """One step of a pipeline. ``downstream`` names the tasks that wait for it; ``inputs``, ``outputs`` are FQNs."""

    name: Name
    kind: str | None = None
    """What runs: an operator, a connector, a notebook."""
    comment: Prose | None = None
    url: str | None = None
    sql: Name | None = None
    downstream: Annotated[tuple[Name, ...], ordered()] = ()
    inputs: Annotated[tuple[str, ...], ordered()] = ()
    outputs: Annotated[tuple[str, ...], ordered()] = ()


class Pipeline(Entity):
    """A pipeline. How its last runs went is volatile: it changes with every run."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"last_run_at", "last_run_state", "last_run_seconds", "next_run_at"})

    project: Name | None = None
    url: str | None = None
    schedule: str | None = None
    """As the tool spells it: a cron expression, an interval, a dataset."""
    paused: bool | None = None
    concurrency: int | None = None
    location: str | None = None
    """The file or repository that defines it."""
    tasks: Annotated[tuple[Task, ...], ordered(lambda task: task.name)] = ()
    last_run_at: datetime | None = None
    last_run_state: str | None = None
    last_run_seconds: float | None = None
    next_run_at: datetime | None = None

    def search_text(self) -> str:
        return " ".join((super().search_text(), *(task.name for task in self.tasks)))
