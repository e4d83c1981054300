"""Which processes of a cluster are alive, told by themselves.
It owns the table of processes.
Every process that runs for long calls it, and whoever shows a cluster to people.
"""

from workers.presence.processes import EVERY, FRESH, Presence, Process, forget, live

__all__ = ["EVERY", "FRESH", "Presence", "Process", "forget", "live"]
