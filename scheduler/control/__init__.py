"""The scheduler process: it publishes hints, expires leases, fires schedules, closes runs and writes their sinks.
A command that waits for a run on a cluster does the same for that run while no scheduler process leads.
The command ``scheduler`` starts it; ``scheduler.app`` uses its parts.
"""
