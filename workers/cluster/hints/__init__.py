"""The Celery application with its one task: messages are hints without content, and the broker may lose them.
Nothing else in Headrace imports Celery.
``workers.cluster.pool`` serves the task; the scheduler process publishes hints.
"""
