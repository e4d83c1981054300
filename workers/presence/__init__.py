"""Which processes of a cluster are alive, told by themselves.
It owns the table of processes.
Every long-running process calls it, and the commands that show a cluster.
"""

from workers.presence.processes import GONE_SECONDS, WRITE_SECONDS, Presence, Process, forget, live

__all__ = ["GONE_SECONDS", "WRITE_SECONDS", "Presence", "Process", "forget", "live"]
