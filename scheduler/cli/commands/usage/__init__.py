"""Commands about usage.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
