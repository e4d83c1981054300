"""How much memory this process and its children may have, and who has to go before the kernel chooses."""

from workers.process.governor.budget import MemoryBudget, derive, share, size
from workers.process.governor.cgroups import Group, find
from workers.process.governor.processors import processors
from workers.process.governor.watch import Watch

__all__ = ["Group", "MemoryBudget", "Watch", "derive", "find", "processors", "share", "size"]
