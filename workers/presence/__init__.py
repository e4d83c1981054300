"""Which processes of a cluster are alive, told by themselves.
It owns the table of processes.
Every long-running process calls it, and the commands that show a cluster.
"""

from workers.presence.processes import EVERY, FRESH, Presence, Process, forget, live

__all__ = ["EVERY", "FRESH", "Presence", "Process", "forget", "live"]
