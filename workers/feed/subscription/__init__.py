"""One sink that follows the change feed: its acknowledged position, its next page, and the delivery of that page.

Called by ``workers.feed`` and its publisher.
"""
