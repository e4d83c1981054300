"""The sink queue in Redis, and the way to Redis: its URL, the connection, and its errors as ``Retry`` or ``Fatal``.
Lua scripts keep each shard within its bounds.
``workers.cluster`` and the processes of ``scheduler`` call it.
"""
