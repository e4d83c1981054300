"""What any process of ours needs of its machine: signals, the stop flag, logs, liveness, the health endpoint, memory.
It knows neither the database nor Redis.
Everybody in ``workers`` and ``scheduler`` may call it.
"""
