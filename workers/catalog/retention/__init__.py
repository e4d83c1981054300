"""Letting go of what nobody needs any more: old events, deleted entities, old runs, whole services."""

from workers.catalog.retention.retention import DAY, forget, gc

__all__ = ["DAY", "forget", "gc"]
