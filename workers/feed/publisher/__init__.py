"""The process behind ``headrace publisher``: every follower of a cluster in a thread of its own; and replays on demand.
It outlasts every outage of the catalog and of the sinks.
Commands start it; nothing else in ``workers`` calls it.
"""
