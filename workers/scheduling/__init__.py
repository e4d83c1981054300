"""What schedulers share through the database: who leads, what is scheduled, what is left to do."""

from workers.scheduling.chores import Chores, Ended
from workers.scheduling.leading import LEASE, SCHEDULER, Leadership, leads
from workers.scheduling.schedules import CatchUp, Fire, Outcome, Overlap, Schedule, Schedules, Start

__all__ = [
    "LEASE", "SCHEDULER", "CatchUp", "Chores", "Ended", "Fire", "Leadership", "Outcome", "Overlap", "Schedule",
    "Schedules", "Start", "leads",
]  # fmt: skip
