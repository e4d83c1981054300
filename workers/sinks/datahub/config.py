"""Settings of the DataHub sink."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from workers.sinks.common.config import BatchedConfig, Endpoint


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
