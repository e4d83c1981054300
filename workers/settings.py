"""What a process of a cluster is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator

from specs.config import Model
from specs.errors import Usage, known_values
from workers.queues import redis as sink

QUEUES = ("small", "large")
"""Queues of hints: a worker serves one of them."""
SECRETS = frozenset({"redis", "catalog"})
_PREFIX = "HEADRACE_"


class Settings(Model):
    """Settings of all processes of one cluster; each is a variable ``HEADRACE_...`` by its name in capitals.

    ``HEADRACE_REDIS_FILE`` and ``HEADRACE_CATALOG_FILE`` name files that hold the value, as secrets are mounted.
    """

    redis: SecretStr = Field(description="URL of Redis or Valkey: redis://user:password@host:6379/0, or rediss://.")
    catalog: SecretStr = Field(description="URL of the catalog: postgresql://user:password@host/database.")
    prefix: str = Field(
        default="headrace",
        pattern=r"^[A-Za-z0-9_.-]{1,40}$",
        description="What all our keys in Redis begin with; another one for every cluster on one Redis.",
    )
    shards: int = Field(default=4, ge=1, le=256, description="Parts of the sink queue: one flusher each at most.")
    queue_bytes: int = Field(default=sink.BYTES, ge=1_000_000, description="Bytes in one shard, at most.")
    queue_entries: int = Field(default=sink.ENTRIES, ge=16, description="Batches in one shard, at most.")

    @field_validator("catalog")
    @classmethod
    def _url(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        return value if "://" in text else SecretStr(f"sqlite:///{Path(text).expanduser()}")


def load(environ: Mapping[str, str], **given: str | None) -> Settings:
    """The settings in ``environ``; ``given`` ones (from the command line) win.

    Raises ``Usage`` naming the variable that is missing, wrong or unreadable; never its value where it is secret.
    """
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        found = given.get(name) or _value(environ, name)
        if found is not None:
            values[name] = found
    if given.keys() - Settings.model_fields.keys():
        raise known_values("unknown setting", sorted(given)[0], Settings.model_fields)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _told(error) from None


def _value(environ: Mapping[str, str], name: str) -> str | None:
    variable = f"{_PREFIX}{name.upper()}"
    file = environ.get(f"{variable}_FILE") if name in SECRETS else None
    if file is None:
        return environ.get(variable) or None
    if environ.get(variable):
        raise Usage(f"both {variable} and {variable}_FILE are set", remedy="keep one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise Usage(f"{variable}_FILE cannot be read: {why}", file, "mount the secret, and let us read it") from None


def _told(error: ValidationError) -> Usage:
    first = error.errors()[0]
    name = str(first["loc"][0])
    variable, about = f"{_PREFIX}{name.upper()}", Settings.model_fields[name].description or ""
    if first["type"] == "missing":
        return Usage(f"{variable} is not set", remedy=about)
    return Usage(f"{variable} is wrong: {first['msg']}", remedy=about)
