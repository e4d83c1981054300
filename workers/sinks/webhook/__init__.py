"""The webhook sink: batches of changes, posted to a URL. The registry of sinks finds it."""
