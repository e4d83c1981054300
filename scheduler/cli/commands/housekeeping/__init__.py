"""Commands that keep an installation and its catalog in order.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
