"""A run on one machine: in one process, or with spawned workers whose parent flushes and looks after the run.
The claim loop and the walk are those of a cluster; only the transport differs.
``scheduler.app`` starts it.
"""
