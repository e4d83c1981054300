"""Binds the parts of the jsonl sink."""

from __future__ import annotations

from specs.sink_spec import SinkSpec

spec = SinkSpec(
    name="jsonl",
    config="workers.sinks.jsonl.config:JsonlConfig",
    snapshot="workers.sinks.jsonl.snapshot:JsonlSink",
    changes="workers.sinks.jsonl.appended:AppendingSink",
    trial="workers.sinks.jsonl.trial:tried",
)
