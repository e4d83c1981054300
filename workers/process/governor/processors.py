"""How many processors this process may really use."""

from __future__ import annotations

import os
from math import ceil
from pathlib import Path

from workers.process.governor.cgroups import ROOT, folders, number


def processors(root: Path = ROOT, *, affinity: int | None = None) -> int:
    """The processors that we may run on, and no more than our groups' quota of processor time, rounded up."""
    return max(1, ceil(min([affinity or len(os.sched_getaffinity(0)), *_quotas(root)])))


def _quotas(root: Path) -> list[float]:
    found = []
    for folder in folders("cpu", root):
        try:
            quota, _, period = (folder / "cpu.max").read_text().strip().partition(" ")
        except OSError:
            quota, period = str(number(folder / "cpu.cfs_quota_us")), str(number(folder / "cpu.cfs_period_us"))
        if quota.isdigit() and period.isdigit() and int(period):
            found.append(int(quota) / int(period))
    return found
