"""Commands that read the catalog.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
