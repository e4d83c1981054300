"""Retention: old events, deleted entities, old runs and whole services are removed, in transactions of bounded size.
It deletes and never changes what stays.
``workers.catalog.reader`` calls it for people.
"""

from workers.catalog.retention.retention import DAY, forget, gc

__all__ = ["DAY", "forget", "gc"]
