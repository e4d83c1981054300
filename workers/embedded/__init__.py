"""A run on one machine: in one process, or with spawned worker processes, whose parent commits their batches and closes
the run. Claiming and walking are the same code as on a cluster; only the transport of batches differs.
``scheduler.app`` starts it.
"""
