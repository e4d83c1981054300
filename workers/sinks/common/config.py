"""Base classes of the settings of sinks that use HTTP."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from specs.config import LOCAL_FILE, Duration
from specs.contracts.sink import Bounds
from specs.sink_spec import SinkConfig


def _endpoint(value: str) -> str:
    """An HTTP URL without credentials. The message never quotes it."""
    try:
        url = urlsplit(value)
        url.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        raise ValueError("not a URL") from None
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("write a URL: https://host/path")
    if url.username is not None or url.password is not None:
        raise ValueError("a user or password does not belong in the URL; use headers or token")
    if url.fragment:
        raise ValueError("the part behind # is never sent; leave it out")
    return value


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class HttpSettings(SinkConfig):
    """How a sink speaks HTTP, wherever it sends to."""

    headers: dict[str, SecretStr] = Field(
        default={}, description="Further headers; write their secrets as references: ${env:NAME}, ${file:PATH}."
    )
    timeout: Duration = Field(default=20.0, le=600, description="Seconds to wait for an answer.")
    ca_file: Annotated[str | None, LOCAL_FILE] = Field(
        default=None, description="Certificates to trust in place of the usual ones, in PEM."
    )


class HttpConfig(HttpSettings):
    """Base of the settings of sinks that speak HTTP only."""

    url: Endpoint = Field(description="Where to send to: https://host/path, without user and password.")


class BatchedConfig(HttpConfig):
    """Base of the settings of sinks that take several changes in one request."""

    batch_entries: int = Field(default=500, ge=1, le=10_000, description="Changes in one batch, at most.")
    batch_bytes: int = Field(
        default=1_000_000,
        ge=1_000,
        le=50_000_000,
        description="Bytes in one batch, at most; a larger change goes alone.",
    )

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.batch_entries, self.batch_bytes)
