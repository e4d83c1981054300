"""Settings of the webhook sink."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from workers.sinks.common.config import BatchedConfig


class WebhookConfig(BatchedConfig):
    """Settings of ``type: webhook``."""

    type: Literal["webhook"] = Field(description="The sink's type.")
    mode: Literal["changes"] = Field(default="changes", description="Every change, as it is stored.")
    hmac_secret: SecretStr | None = Field(
        default=None, description="Signs each body: X-Headrace-Signature holds sha256= and the HMAC in hex."
    )
