"""What schedulers share through the database: who leads, what is scheduled, what is left to do.

A module is imported when one of its names is first used: a crawl only notes what is left to do.
"""

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from workers.scheduling.chores import Chores as Chores
    from workers.scheduling.chores import Ended as Ended
    from workers.scheduling.leading import LEASE as LEASE
    from workers.scheduling.leading import SCHEDULER as SCHEDULER
    from workers.scheduling.leading import Leadership as Leadership
    from workers.scheduling.leading import leads as leads
    from workers.scheduling.schedules import CatchUp as CatchUp
    from workers.scheduling.schedules import Fire as Fire
    from workers.scheduling.schedules import Outcome as Outcome
    from workers.scheduling.schedules import Overlap as Overlap
    from workers.scheduling.schedules import Schedule as Schedule
    from workers.scheduling.schedules import Schedules as Schedules
    from workers.scheduling.schedules import Start as Start
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "chores": "Chores Ended",
            "leading": "LEASE SCHEDULER Leadership leads",
            "schedules": "CatchUp Fire Outcome Overlap Schedule Schedules Start",
        },
    )
