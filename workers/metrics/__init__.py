"""Prometheus metrics: of a cluster, from its ledger and its sink queue, and of each process, from its own counters.

A module is imported when one of its names is first used, because a crawl counts but never renders metrics.
The health endpoints of long-running processes call it.
"""

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from workers.metrics.cluster import render as render
    from workers.metrics.counters import Counters as Counters
    from workers.metrics.families import FAMILIES as FAMILIES
    from workers.metrics.families import Family as Family
    from workers.metrics.local_metrics import local as local
else:
    __getattr__, __all__ = lazy(
        __name__, {"cluster": "render", "counters": "Counters", "families": "FAMILIES Family", "local_metrics": "local"}
    )
