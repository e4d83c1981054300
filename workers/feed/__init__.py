"""External sinks in ``mode: changes``: they follow the change feed, each at its own pace.

A module is imported when one of its names is first used: most crawls have no sinks.
"""

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from workers.feed.dead_letters import Letter as Letter
    from workers.feed.dead_letters import letters as letters
    from workers.feed.embedded import feed as feed
    from workers.feed.subscriptions import Followers as Followers
    from workers.feed.subscriptions import FollowerView as FollowerView
else:
    __getattr__, __all__ = lazy(
        __name__, {"dead_letters": "Letter letters", "embedded": "feed", "followers": "FollowerView Followers"}
    )
