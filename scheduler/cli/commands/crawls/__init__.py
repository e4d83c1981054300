"""Commands that prepare and start a crawl.

Called by ``scheduler.cli.cli``, which imports one when it runs.
"""
