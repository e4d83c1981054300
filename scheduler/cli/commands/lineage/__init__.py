"""Commands about lineage.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
