"""The process behind ``headrace publisher``, which feeds each follower of a cluster in a thread of its own; and replays
of dead letters on demand. It goes on through any outage of the database and of the sinks.
Commands start it; nothing else in ``workers`` calls it.
"""
