"""A whole cluster on one machine, in one command: servers, processes, and their end.
It starts the same commands that a cluster of many machines runs.
The command ``up`` starts it; ``scheduler.app`` finds its folder.
"""
