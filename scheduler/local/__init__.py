"""A whole cluster on one machine, started and stopped by one command: Redis, PostgreSQL and the Headrace processes.
It runs the same commands as a cluster of many machines.
The command ``up`` starts it; ``scheduler.app`` finds its folder.
"""
