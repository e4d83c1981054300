"""The processes of a cluster: their settings, the checks at their start, the flusher, and which flusher has which
shard. ``hints`` holds the Celery application, ``pool`` the worker with its pool of processes.
Commands start them; the scheduler process publishes hints through it.
"""
