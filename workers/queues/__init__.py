"""The bounded sink queue: in one process, over pipes."""
