"""External sinks in ``mode: changes``: they follow the change feed, each at its own pace."""

from workers.publishing.embedded import feed
from workers.publishing.followers import Followers, FollowerView
from workers.publishing.letters import Letter, letters

__all__ = ["FollowerView", "Followers", "Letter", "feed", "letters"]
