"""How much memory this process and its children may have, and who has to go before the kernel chooses."""

from workers.governor.budget import Budget, derive, share, size
from workers.governor.cgroups import Group, find
from workers.governor.processors import processors
from workers.governor.watch import Watch

__all__ = ["Budget", "Group", "Watch", "derive", "find", "processors", "share", "size"]
