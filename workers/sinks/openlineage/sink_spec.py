"""Binds the parts of the OpenLineage sink."""

from __future__ import annotations

from specs.sink_spec import SinkSpec

spec = SinkSpec(
    name="openlineage",
    config="workers.sinks.openlineage.config:OpenLineageConfig",
    snapshot="workers.sinks.openlineage.snapshot:EventFile",
    changes="workers.sinks.openlineage.changes:OpenLineageSink",
    trial="workers.sinks.openlineage.trial:tried",
    asks_lineage=True,
)
