"""Code that several sinks share: HTTP with its settings, and a change as a line of JSON. Only sinks call it."""
