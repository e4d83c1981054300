"""Processes of a cluster: their settings, how they join, the flusher and how flushers share shards.
One folder each for the Celery application and the worker's pool.
Commands start them; the scheduler process publishes hints through it.
"""
