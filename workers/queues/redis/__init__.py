"""The sink queue in Redis, and how Redis is reached: its URL, the connection, its errors in our words.
Scripts in Lua keep each shard within its bounds.
``workers.cluster`` and the processes of ``scheduler`` call it.
"""
