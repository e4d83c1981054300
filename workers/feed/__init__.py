"""Feeding external sinks from the change feed: which sinks follow it, up to which event, and which changes they
refused. It owns the tables of followers and dead letters.
The publisher, the end of a crawl, and commands about sinks call it.
"""

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from workers.feed.dead_letters import Letter as Letter
    from workers.feed.dead_letters import letters as letters
    from workers.feed.embedded import feed as feed
    from workers.feed.subscription.subscriptions import FollowerView as FollowerView
    from workers.feed.subscription.subscriptions import Subscriptions as Subscriptions
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "dead_letters": "Letter letters",
            "embedded": "feed",
            "subscription.subscriptions": "FollowerView Subscriptions",
        },
    )
