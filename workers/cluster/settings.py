"""The settings of a cluster's processes, from environment variables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator

from specs.config import StrictModel
from specs.errors import UsageError, known_values
from workers.process.governor import size
from workers.queues.redis import queue as sink
from workers.queues.redis.url import canonical

QUEUES = ("small", "large")
"""Queues of hints: a worker serves one of them."""
SECRETS = frozenset({"redis", "catalog"})
PREFIX = "HEADRACE_"
OTHERS = {
    "HEADRACE_DEBUG": "Any value: tracebacks of internal errors, and of mistakes in connectors.",
    "HEADRACE_PASSWORD": "The password of a source where neither its URL nor its recipe has one. "
    "It answers `${prompt:password}`, and `HEADRACE_<NAME>` answers `${prompt:<name>}`.",
}
"""Variables that are no settings of a cluster, and what they do."""
TLS = {"redis_ca": "ssl_ca_certs", "redis_cert": "ssl_certfile", "redis_key": "ssl_keyfile"}
"""Settings that become parameters of Redis' URL."""


class Settings(StrictModel):
    """Settings of all processes of one cluster; each is a variable ``HEADRACE_...`` by its name in capitals.

    ``HEADRACE_REDIS_FILE`` and ``HEADRACE_CATALOG_FILE`` name files that hold the value, as secrets are mounted.
    """

    redis: SecretStr = Field(
        description="URL of Redis or Valkey: redis://user:password@host:6379/0, rediss://, or unix://."
    )
    redis_ca: Path | None = Field(
        default=None, description="File of the certificates that sign Redis' own; needs rediss://. Else the system's."
    )
    redis_cert: Path | None = Field(
        default=None,
        description="File of the certificate that we show to Redis; needs rediss:// and HEADRACE_REDIS_KEY.",
    )
    redis_key: Path | None = Field(default=None, description="File of that certificate's private key.")
    catalog: SecretStr = Field(description="URL of the catalog: postgresql://user:password@host/database.")
    prefix: str = Field(
        default="headrace",
        pattern=r"^[A-Za-z0-9_.-]{1,40}$",
        description="What all our keys in Redis begin with; another one for every cluster on one Redis.",
    )
    shards: int = Field(default=4, ge=1, le=256, description="Parts of the sink queue: one flusher each at most.")
    queue_bytes: int = Field(default=sink.BYTES, ge=1_000_000, description="Bytes in one shard, at most.")
    queue_entries: int = Field(default=sink.ENTRIES, ge=16, description="Batches in one shard, at most.")

    lease: float = Field(
        default=60, ge=2, le=3600,
        description="Seconds for which a unit of work belongs to a worker that went silent; renewed after a quarter. "
        "It is another's once it has been overdue for a third of this, and for 20 seconds at most.",
    )  # fmt: skip

    memory: int | None = Field(
        default=None,
        description="Bytes, or 512m, 2g: the memory of a worker with all its processes. Else what its container says.",
    )

    @field_validator("memory", mode="before")
    @classmethod
    def _size(cls, value: object) -> object:
        return size(value) if isinstance(value, str) else value

    catalog_timeout: float = Field(
        default=120, ge=1, le=3600,
        description="Seconds that a statement may take in the catalog; a connection without an answer is cut.",
    )  # fmt: skip

    @field_validator("catalog")
    @classmethod
    def _url(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        return value if "://" in text else SecretStr(f"sqlite:///{Path(text).expanduser()}")


def load(environ: Mapping[str, str], **given: str | None) -> Settings:
    """The settings in ``environ``; those in ``given`` (from the command line) win. The files for TLS become parameters
    of Redis' URL.

    Raises ``UsageError`` naming the variable that is missing, wrong or unreadable; a secret value is never shown.
    """
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        found = given.get(name) or _value(environ, name)
        if found is not None:
            values[name] = found
    if given.keys() - Settings.model_fields.keys():
        raise known_values("unknown setting", sorted(given)[0], Settings.model_fields)
    try:
        return _with_tls(Settings(**values))
    except ValidationError as error:
        raise _told(error) from None


def catalog(environ: Mapping[str, str], given: str | None = None) -> str:
    """The URL of the catalog, for a process that does not need Redis. Raises ``UsageError`` like ``load``."""
    others = {name: value for name, value in environ.items() if not name.startswith(variable("redis"))}
    return load({**others, variable("redis"): "redis://unused"}, catalog=given).catalog.get_secret_value()


def strangers(environ: Mapping[str, str]) -> list[str]:
    """A line for every variable in ``environ`` with our prefix that is no setting, naming the most similar setting."""
    known = variables()
    words = [each.removeprefix(PREFIX) for each in known]
    lines = []
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}TEST_"):
            near = difflib.get_close_matches(name.removeprefix(PREFIX), words, 1)
            lines.append(f"{name} is no setting" + (f"; did you mean {PREFIX}{near[0]}?" if near else ""))
    return lines


def variables() -> dict[str, str]:
    """The meaning of every variable that is read, by its name."""
    found = {}
    for name, field in Settings.model_fields.items():
        found[variable(name)] = field.description or ""
        if name in SECRETS:
            found[f"{variable(name)}_FILE"] = f"File that holds {variable(name)}."
    return {**found, **OTHERS}


def variable(name: str) -> str:
    """The variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _value(environ: Mapping[str, str], name: str) -> str | None:
    wanted = variable(name)
    file = environ.get(f"{wanted}_FILE") if name in SECRETS else None
    if not file:
        return environ.get(wanted) or None
    if environ.get(wanted):
        raise UsageError(f"both {wanted} and {wanted}_FILE are set", remedy="keep one of them")
    text = _read(file, f"{wanted}_FILE").strip()
    if not text:
        raise UsageError(f"the file of {wanted}_FILE is empty", file, "write the value into it")
    return text


def _read(file: str | Path, variable: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(
            f"{variable} cannot be read: {why}", str(file), "mount the secret, and let us read it"
        ) from None


def _with_tls(settings: Settings) -> Settings:
    """The settings with the canonical URL of Redis, which contains the files for TLS as parameters. Raises
    ``UsageError`` when they do not fit together."""
    url = canonical(settings.redis.get_secret_value())
    settings = settings.model_copy(update={"redis": SecretStr(url)})
    files = {name: file for name in TLS if (file := getattr(settings, name)) is not None}
    if not files:
        return settings
    if not url.startswith("rediss://"):
        first = variable(next(iter(files)))
        raise UsageError(
            f"{first} is set, but {variable('redis')} is no rediss:// URL", remedy="write rediss://, or unset it"
        )
    if len(files.keys() & {"redis_cert", "redis_key"}) == 1:
        raise UsageError(
            "a certificate needs its key", remedy=f"set {variable('redis_cert')} and {variable('redis_key')}"
        )
    parts = {TLS[name]: file for name, file in files.items() if _read(file, variable(name))}
    query = "&".join(f"{name}={quote(str(file))}" for name, file in parts.items())
    joined = f"{url}{'&' if urlsplit(url).query else '?'}{query}"
    return settings.model_copy(update={"redis": SecretStr(canonical(joined))})


def _told(error: ValidationError) -> UsageError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    about = Settings.model_fields[name].description or ""
    if first["type"] == "missing":
        return UsageError(f"{variable(name)} is not set", remedy=about)
    message = re.sub(r"^Value error, ", "", first["msg"])
    return UsageError(f"{variable(name)} is wrong: {message}", remedy=about)
