"""Binds the parts of the webhook sink."""

from __future__ import annotations

from specs.sink_spec import SinkSpec

spec = SinkSpec(
    name="webhook",
    config="workers.sinks.webhook.config:WebhookConfig",
    changes="workers.sinks.webhook.sink:WebhookSink",
)
