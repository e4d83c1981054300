"""How many processors this process may use, by its affinity and the quotas of its control groups."""

from __future__ import annotations

import os
from math import ceil
from pathlib import Path

from workers.process.governor.cgroups import ROOT, folders, number


def processors(root: Path = ROOT, *, affinity: int | None = None) -> int:
    """The number of processors, at least 1: the lesser of the affinity mask's and the lowest quota of processor time of
    this process's control groups, rounded up."""
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
