"""Binds the parts of the DataHub sink."""

from __future__ import annotations

from specs.sink_spec import SinkSpec

spec = SinkSpec(
    name="datahub",
    config="workers.sinks.datahub.config:DataHubConfig",
    changes="workers.sinks.datahub.sink:DataHubSink",
    asks_lineage=True,
)
