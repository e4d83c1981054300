"""What schedulers share through the database: who leads, what is scheduled, what is left to do.
It owns the tables of schedules, fire times and leaders: rows only; when something is due, and what then happens, is
decided in ``scheduler``.
The scheduler process and commands call it.
"""

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from workers.schedules.chores import Chores as Chores
    from workers.schedules.chores import Ended as Ended
    from workers.schedules.leadership import SCHEDULER as SCHEDULER
    from workers.schedules.leadership import Leadership as Leadership
    from workers.schedules.leadership import leads as leads
    from workers.schedules.schedules import CatchUp as CatchUp
    from workers.schedules.schedules import Fire as Fire
    from workers.schedules.schedules import Outcome as Outcome
    from workers.schedules.schedules import Overlap as Overlap
    from workers.schedules.schedules import Schedule as Schedule
    from workers.schedules.schedules import Schedules as Schedules
    from workers.schedules.transactions import LEASE_SECONDS as LEASE_SECONDS
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "chores": "Chores Ended",
            "leadership": "SCHEDULER Leadership leads",
            "schedules": "CatchUp Fire Outcome Overlap Schedule Schedules",
            "transactions": "LEASE_SECONDS",
        },
    )
