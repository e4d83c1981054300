"""Commands that steer and watch a cluster.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
