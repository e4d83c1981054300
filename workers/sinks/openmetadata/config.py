"""Settings of the OpenMetadata sink."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from workers.sinks.common.config import Endpoint, HttpConfig


class OpenMetadataConfig(HttpConfig):
    """Settings of ``type: openmetadata``."""

    type: Literal["openmetadata"] = Field(description="The sink's type.")
    mode: Literal["changes"] = Field(default="changes", description="Every change, as it is stored.")
    url: Endpoint = Field(description="The URL of its API: https://host:8585/api, without user and password.")
    token: SecretStr | None = Field(default=None, description="The JWT of a bot; write it as a reference.")
    service_type: str | None = Field(
        default=None, min_length=1, description="What it calls the service's type, such as Postgres; else by connector."
    )
