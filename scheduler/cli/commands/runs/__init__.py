"""Commands about runs: their state, their failures, their end.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
