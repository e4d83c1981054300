"""Code that several sinks share: HTTP with its settings, a change as a line of JSON, files of lines, and all lineage of
one object. Only sinks call it."""
