"""Prometheus metrics: of the cluster, out of its ledger, and of each process, out of what it counts."""

from workers.metrics.cluster import render
from workers.metrics.counters import Counters
from workers.metrics.families import FAMILIES, Family
from workers.metrics.local import local

__all__ = ["FAMILIES", "Counters", "Family", "local", "render"]
