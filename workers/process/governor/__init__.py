"""Memory and processors of this machine: how much each process may use, and which child must be killed: when memory
runs out, before the kernel takes any process, or when the child is silent for too long.
Every process of ``workers`` and ``scheduler`` calls it.
"""

from workers.process.governor.budget import MemoryBudget, derive, share, size
from workers.process.governor.cgroups import Group, find
from workers.process.governor.processors import processors

__all__ = ["Group", "MemoryBudget", "derive", "find", "processors", "share", "size"]
