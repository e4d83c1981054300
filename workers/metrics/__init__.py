"""Prometheus metrics: of the cluster, out of its ledger, and of each process, out of what it counts.

A module is imported when one of its names is first used: a crawl counts, and is not asked for metrics.
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
