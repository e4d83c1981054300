"""What the settings of sinks share."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from specs.config import LOCAL_FILE, Duration, StrictModel
from specs.contracts.sink import Bounds, Mode
from specs.recipe.recipe import Label


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


class SinkConfig(StrictModel):
    """Base of every sink's settings."""

    name: Label | None = Field(
        default=None,
        description="Names the sink where several are alike; another name makes it a new sink, fed from the beginning.",
    )
    mode: Mode


class HttpConfig(SinkConfig):
    """Base of the settings of sinks that speak HTTP."""

    url: Endpoint = Field(description="Where to send to: https://host/path, without user and password.")
    headers: dict[str, SecretStr] = Field(
        default={}, description="Further headers; write their secrets as references: ${env:NAME}, ${file:PATH}."
    )
    timeout: Duration = Field(default=20.0, le=600, description="Seconds to wait for an answer.")
    ca_file: Annotated[str | None, LOCAL_FILE] = Field(
        default=None, description="Certificates to trust in place of the usual ones, in PEM."
    )


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


class WebhookConfig(BatchedConfig):
    """Settings of ``type: webhook``."""

    type: Literal["webhook"] = Field(description="The sink's type.")
    mode: Literal["changes"] = Field(default="changes", description="Every change, as it is stored.")
    hmac_secret: SecretStr | None = Field(
        default=None, description="Signs each body: X-Headrace-Signature holds sha256= and the HMAC in hex."
    )


class OpenMetadataConfig(HttpConfig):
    """Settings of ``type: openmetadata``."""

    type: Literal["openmetadata"] = Field(description="The sink's type.")
    mode: Literal["changes"] = Field(default="changes", description="Every change, as it is stored.")
    url: Endpoint = Field(description="The URL of its API: https://host:8585/api, without user and password.")
    token: SecretStr | None = Field(default=None, description="The JWT of a bot; write it as a reference.")
    service_type: str | None = Field(
        default=None, min_length=1, description="What it calls the service's type, such as Postgres; else by connector."
    )


class DataHubConfig(BatchedConfig):
    """Settings of ``type: datahub``."""

    type: Literal["datahub"] = Field(description="The sink's type.")
    mode: Literal["changes"] = Field(default="changes", description="Every change, as it is stored.")
    url: Endpoint = Field(description="The URL of its metadata service: https://host:8080, or https://host/api/gms.")
    token: SecretStr | None = Field(default=None, description="A personal access token; write it as a reference.")
    env: str = Field(default="PROD", pattern=r"^[A-Z_]+$", description="The environment in its URNs.")
    platform: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="Its name for the platform; else by connector."
    )
    platform_instance: str | None = Field(
        default=None,
        pattern=r"^[^(),.\s]+$",
        description="Tells services of one platform apart. Without it their databases need different names.",
    )
    tiers: Literal[2, 3] | None = Field(
        default=None, description="Names of a table there: 3 with the database, 2 without; else as its platform has it."
    )
