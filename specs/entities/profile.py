"""Profiles: statistics of a table's contents. Field names distinguish meanings that are often confused, such as the
standard deviation of a population and of a sample."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from specs.entities.base import Entity, Name, Part


class Histogram(Part):
    """``counts[i]`` non-null values lie in ``[bounds[i], bounds[i + 1])``; the last bin is closed."""

    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


class ColumnProfile(Part):
    """One column. Numbers are measured as they are, texts by their length in characters, times by min and max only."""

    column: Name
    rows: int
    nulls: int
    distinct: int | None = None
    """The number of different values."""
    once: int | None = None
    """The number of values that occur exactly once."""
    approximate: bool = False
    """Whether ``distinct`` and ``once`` are estimates."""
    minimum: Name | None = None
    maximum: Name | None = None
    mean: float | None = None
    total: float | None = None
    stddev_population: float | None = None
    quartiles: tuple[float, float, float] | None = None
    histogram: Histogram | None = None


class TableProfile(Entity):
    """One table, measured at ``measured_at`` over ``sampled`` rows (``None``: all). It has the table's FQN."""

    DESCRIBES: ClassVar[bool] = True
    VOLATILE: ClassVar[frozenset[str]] = frozenset({"measured_at", "seconds"})

    rows: int
    sampled: int | None = None
    columns: tuple[ColumnProfile, ...] = ()
    measured_at: datetime | None = None
    seconds: float | None = None
