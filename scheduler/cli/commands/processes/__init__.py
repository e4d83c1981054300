"""Commands that serve a cluster until they are stopped.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
