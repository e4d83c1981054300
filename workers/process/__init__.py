"""What every Headrace process needs of its machine: signals, the stop flag, logs, liveness, the health endpoint,
memory. Nothing here knows the database or Redis.
Every module of ``workers`` and ``scheduler`` may call it.
"""
