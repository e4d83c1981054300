"""One read-only connection to a DuckDB file, and the statements that its version understands.
Everything else of this connector asks through it.
"""
