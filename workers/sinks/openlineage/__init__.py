"""The OpenLineage sink: events about datasets and jobs, sent with POST or written as JSON lines."""
