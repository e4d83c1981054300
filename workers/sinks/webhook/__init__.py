"""The webhook sink: batches of changes, sent to a URL with POST. The registry of sinks finds it."""
