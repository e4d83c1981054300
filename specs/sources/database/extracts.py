"""What recipes say of the parts of databases other than metadata. Apart from the sources, so that a recipe is read
without what these are made of."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from specs.config import Duration, LocalFile, StrictModel
from specs.sources.database.declarations import DeclaredEdge

_REFERENCE = re.compile(r"\$\{(?:env|file):[^}]+\}")

LogType = Literal[
    "csv", "jsonl", "parquet", "postgres_csvlog", "postgres_jsonlog", "mysql_general_log", "mysql_slow_log"
]


def _zone(name: str) -> str:
    if not _known(name):
        raise ValueError(f"unknown time zone {name!r}; write UTC, or a name like Europe/Berlin")
    return name


def _known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, LookupError, ValueError):
        return False
    return True


class QueryLogFiles(StrictModel):
    """A query log in files."""

    type: LogType = Field(description="The format of the files.")
    files: tuple[LocalFile, ...] = Field(
        min_length=1, description="Paths, where the worker finds them; * and ? stand for any names, .gz is read."
    )
    columns: dict[Literal["time", "user", "database", "session", "text", "duration", "rows"], str] = Field(
        default_factory=dict, description="csv, jsonl, parquet: columns that have other names: {text: query_text}."
    )
    zone: str = Field(default="UTC", description="The time zone of times that name none.")
    default_schema: str = Field(
        default="", description="The schema of names without one; the product's own default otherwise."
    )

    @field_validator("zone")
    @classmethod
    def _of_zone(cls, name: str) -> str:
        return _zone(name)

    def anchored(self) -> QueryLogFiles:
        """The same with whole paths."""
        files = (path if "${" in path else str(Path(path).expanduser().absolute()) for path in self.files)
        return self.model_copy(update={"files": tuple(files)})


class LineageExtract(StrictModel):
    """Which lineage of a database to extract."""

    views: bool = Field(default=True, description="Read the definitions of views and materialized views.")
    procedures: bool = Field(default=True, description="Read the bodies of routines and triggers.")
    filters: bool = Field(default=False, description="Keep the columns that only decide which rows there are.")
    max_statement_bytes: int = Field(
        default=1_000_000, ge=1000, description="Longer texts are not parsed: each is a failed outcome."
    )
    query_log: QueryLogFiles | None = Field(
        default=None, description="Files in which statements are that put data into tables."
    )
    statistics: bool = Field(
        default=False, description="Without a query log: read the statements that the server counts, where it does."
    )
    window: Duration = Field(
        default=7 * 86400.0, description="How far to look back in the query log, in whole days of UTC."
    )
    declared: tuple[DeclaredEdge, ...] = Field(
        default=(), description="Lineage that nothing else tells of: {from: FQN, to: FQN, columns: {out: [in]}, note}."
    )
    file: LocalFile | None = Field(
        default=None, description="A YAML file with more of `declared`; it is read with the recipe."
    )

    def anchored(self) -> LineageExtract:
        """The same with whole paths, so that a run can be resumed from any folder."""
        return self if self.query_log is None else self.model_copy(update={"query_log": self.query_log.anchored()})

    @property
    def logged(self) -> bool:
        """Whether statements that ran are asked for."""
        return self.query_log is not None or self.statistics

    def begin(self, now: float) -> float:
        """When the window begins that ends ``now``, in seconds since 1970."""
        days = max(1, round(self.window / 86400))
        return (now // 86400 - days + 1) * 86400.0


class UsageExtract(StrictModel):
    """What usage of a database to extract."""

    window: Duration = Field(default=7 * 86400.0, description="How far to look back, in whole days.")
    zone: str = Field(default="UTC", description="The time zone in which a day begins and ends.")
    users: Literal["names", "hashed", "none"] = Field(
        default="names", description="Keep the names of users, a hash of each, or only how many there were."
    )
    hash_key: str | None = Field(
        default=None,
        description="users: hashed: the secret that the hashes are made with, as a reference: ${env:USAGE_KEY}.",
    )
    keep: Duration = Field(default=400 * 86400.0, description="Days that are older leave the catalog.")
    query_log: QueryLogFiles | None = Field(
        default=None, description="Files to read; without them the server's own statistics, where it has some."
    )

    @field_validator("zone")
    @classmethod
    def _of_zone(cls, name: str) -> str:
        return _zone(name)

    @field_validator("hash_key")
    @classmethod
    def _of_key(cls, key: str | None) -> str | None:
        if key is not None and not _REFERENCE.fullmatch(key):
            raise ValueError("recipes hold no secrets; write a reference: ${env:USAGE_KEY} or ${file:/run/secrets/key}")
        return key

    @model_validator(mode="after")
    def _hashes_have_a_key(self) -> UsageExtract:
        if self.users == "hashed" and self.hash_key is None:
            raise ValueError(
                "users: hashed needs a hash_key, because who can guess names could guess hashes without one; "
                "write a reference to a secret of your own: hash_key: ${env:USAGE_KEY}"
            )
        return self

    @property
    def days(self) -> int:
        """Whole days of the window, one at least."""
        return max(1, round(self.window / 86400))

    def anchored(self) -> UsageExtract:
        """The same with whole paths, so that a run can be resumed from any folder."""
        return self if self.query_log is None else self.model_copy(update={"query_log": self.query_log.anchored()})

    def timezone(self) -> tzinfo:
        """The time zone of the days."""
        return ZoneInfo(self.zone)

    def day_of(self, time: float) -> date:
        """The day on which a time lies, in seconds since 1970."""
        return datetime.fromtimestamp(time, self.timezone()).date()

    def bounds(self, day: date) -> tuple[float, float]:
        """When a day begins and ends, in seconds since 1970; it has 23 or 25 hours where clocks are changed."""
        zone = self.timezone()
        begin = datetime(day.year, day.month, day.day, tzinfo=zone)
        after = day + timedelta(days=1)
        return begin.timestamp(), datetime(after.year, after.month, after.day, tzinfo=zone).timestamp()
