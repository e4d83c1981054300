"""Which processes of a cluster are alive, told by themselves."""

from workers.presence.processes import EVERY, FRESH, Presence, Process, forget, live

__all__ = ["EVERY", "FRESH", "Presence", "Process", "forget", "live"]
