"""Binds the parts of the OpenMetadata sink."""

from __future__ import annotations

from specs.sink_spec import SinkSpec

spec = SinkSpec(
    name="openmetadata",
    config="workers.sinks.openmetadata.config:OpenMetadataConfig",
    changes="workers.sinks.openmetadata.sink:OpenMetadataSink",
    asks_lineage=True,
)
