"""Configuration models: frozen, unknown keys refused, every field described, secrets never shown."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import SplitResult

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from specs.expressions import Expression

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: Any) -> Any:
    """Read a duration as seconds: a number of seconds, or text with a unit: ``500ms``, ``60s``, ``5m``, ``2h``, ``7d``.

    Raises ``ValueError`` for any other text; a value that is no text is returned as it is, for pydantic to check.
    """
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*", value)
    if not found:
        raise ValueError("write a duration as 500ms, 60s, 5m, 2h or 7d")
    return float(found[1]) * _UNITS[found[2] or "s"]


def _pattern(value: str) -> str:
    Expression(value)
    return value


Duration = Annotated[float, BeforeValidator(seconds), Field(gt=0, json_schema_extra={"format": "duration"})]
Pattern = Annotated[str, AfterValidator(_pattern), Field(json_schema_extra={"format": "regex"})]
LOCAL_FILE = object()
"""Marks settings that name a file: a recipe keeps the whole path when its run starts."""
LocalFile = Annotated[str, LOCAL_FILE]
NO_SECRET = object()
"""Marks settings that hold no secret, whatever they look like: a recipe keeps them as they are written. Numbers,
switches and choices need no mark, unless they are called like a secret."""
STATEMENTS = object()
"""Marks settings that are statements: a recipe keeps those that are known to hold no secret, or hold a reference."""


class StrictModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Filter(StrictModel):
    """Include and exclude regular expressions, searched in the raw name (anywhere in it), case-sensitive.

    Exclude wins. Without includes everything is included. They are matched in linear time, so that no pattern stops a
    worker: look-around, back-references and atomic groups are refused (the syntax is that of RE2).
    """

    include: tuple[Pattern, ...] = Field(default=(), description="Keep only names that match one of these.")
    exclude: tuple[Pattern, ...] = Field(default=(), description="Drop names that match one of these; wins.")

    @cached_property
    def _compiled(self) -> tuple[list[Expression], list[Expression]]:
        return [Expression(each) for each in self.include], [Expression(each) for each in self.exclude]

    def rule(self, name: str, label: str) -> str | None:
        """The rule that drops ``name``, as ``label.exclude: pattern``, or ``None`` when it is kept."""
        includes, excludes = self._compiled
        for pattern in excludes:
            if pattern.found_in(name):
                return f"{label}.exclude: {pattern.pattern}"
        if includes and not any(pattern.found_in(name) for pattern in includes):
            return f"{label}.include"
        return None


def _switch(value: Any) -> Any:
    """A filter may be written as ``true`` (all) or ``false`` (none)."""
    if value is True:
        return {}
    if value is False:
        return {"exclude": [""]}
    return value


Switch = Annotated[Filter, BeforeValidator(_switch)]


class Selection(StrictModel):
    """Which objects to extract: filters by the name of their field, which a source asks before it reads an object."""

    def rule(self, kind: str, name: str) -> str | None:
        """The rule that drops an object; ``kind`` is the field that filters it: ``tables``, ``dashboards`` ..."""
        chosen: Filter = getattr(self, kind)
        return chosen.rule(name, kind)


class MetadataExtract(Selection):
    """What metadata of a database to extract."""

    databases: Filter = Field(default=Filter(), description="Which databases.")
    schemas: Filter = Field(default=Filter(), description="Which schemas.")
    tables: Switch = Field(default=Filter(), description="Which tables; true for all, false for none.")
    views: Switch = Field(default=Filter(), description="Which views; true for all, false for none.")
    stored_procedures: Switch = Field(default=Filter(), description="Which routines; true for all, false for none.")
    objects: Switch = Field(
        default=Filter(),
        description="Which objects of other kinds, as 'extension hstore'; true for all, false for none.",
    )
    extension_objects: bool = Field(
        default=True, description="Crawl what belongs to an extension; its own entry is kept in any case."
    )
    system_schemas: bool = Field(default=False, description="Crawl the source's own schemas too.")
    partitions: bool = Field(default=False, description="Show child partitions as tables of their own.")
    sizes: bool = Field(
        default=False, description="Ask for exact sizes and last values of sequences, which costs the source I/O."
    )
    ddl: bool = Field(default=True, description="Keep DDL and view definitions where the source gives them.")


class Limits(StrictModel):
    """How hard to lean on the source."""

    connections: int = Field(default=4, ge=1, le=256, description="Units of this service that run at once.")
    units_per_minute: float | None = Field(
        default=None, gt=0, description="Units of this service that begin per minute, on all workers together."
    )
    connect_timeout: Duration = Field(default=10.0, description="Seconds to wait for a connection.")
    statement_timeout: Duration = Field(default=60.0, description="Seconds one statement may take.")
    lock_timeout: Duration = Field(default=5.0, description="Seconds one statement may wait for a lock.")


def server_namespace(scheme: str, host: str, port: int) -> str | None:
    """``scheme://host:port``; ``None`` for no host, several of them, or the folder of a Unix socket.

    >>> server_namespace("postgres", "::1", 5432)
    'postgres://[::1]:5432'
    """
    if not host or "," in host or "/" in host:
        return None
    bare = host.strip("[]")
    return f"{scheme}://[{bare}]:{port}" if ":" in bare else f"{scheme}://{bare}:{port}"


class ConnectionConfig(StrictModel):
    """Base of every connector's connection model.

    ``schemes`` are the URL schemes of the shorthand ``headrace crawl URL``.
    """

    schemes: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Build the config from a shorthand URL. Raises ``ValueError`` when the URL lacks something."""
        raise ValueError(f"{cls.__name__} cannot be written as a URL")

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        """The parameters of a shorthand URL that ``from_url`` takes but does not use; a notice names them."""
        return ()

    def endpoint(self) -> str:
        """Where this connects to, without secrets: ``db:5432/shop``."""
        return ""

    def namespace(self) -> str | None:
        """What OpenLineage's naming spec calls the server: ``postgres://db:5432``; ``None`` where it has no name for
        it. Settings may hold references in place of values."""
        return None
