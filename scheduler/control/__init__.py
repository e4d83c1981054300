"""What the scheduler process does: hints, healing, closing of runs, snapshots.
Whoever waits for a run on a cluster does the same while no scheduler leads.
The command ``scheduler`` starts it; ``scheduler.app`` uses its parts.
"""
