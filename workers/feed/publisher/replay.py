"""Sends dead letters again, with the present contents of the catalog, when a person asks for it."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from specs.errors import HeadraceError, UsageError, known_values
from workers.feed.dead_letters import count, letters
from workers.feed.publisher.publisher import Make, maker
from workers.feed.subscription.subscriber import Following, SubscriberStopped, SubscriptionLost
from workers.feed.subscription.subscriptions import HeldSubscription, Subscriptions
from workers.feed.times import REPLAY_WAIT_SECONDS
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one sink's dead letters: how many changes it accepted, how many it refused again, and the error
    that ended the replay, if one did."""

    sink: str
    delivered: int = 0
    refused: int = 0
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def replay(
    db: SqlDatabase, sink: str | None = None, fqn: str = "", *, stop: StopFlag | None = None, make: Make | None = None,
    patience: float = REPLAY_WAIT_SECONDS,
) -> list[Replayed]:  # fmt: skip
    """Send the dead letters of one sink or of all sinks again, containers first; with ``fqn``, those of one object
    only.

    ``patience`` are the seconds to wait for each sink. Raises ``UsageError`` for an unknown sink.
    """
    followers = Subscriptions(db)
    known = [view.sink for view in followers.views()]
    if sink is not None and sink not in known:
        raise known_values("unknown sink", sink, known)
    dead = count(db)
    wanted = [each for each in known if each in dead and sink in (None, each) and letters(db, each, fqn, limit=1)]
    return [_one(db, followers, each, fqn, stop or StopFlag(), make or maker(db), patience) for each in wanted]


def _one(
    db: SqlDatabase, followers: Subscriptions, sink: str, fqn: str, stop: StopFlag, make: Make, patience: float
) -> Replayed:  # fmt: skip
    try:
        held = _hold(followers, sink, patience)
        try:
            with closing(make(held.config, held.service)) as made:
                fed = Following(db, followers, held, made, stop).replay(fqn)
        finally:
            followers.release(sink)
    except SubscriptionLost:
        return Replayed(sink, error="another process took the sink over; try again")
    except SubscriberStopped:
        return Replayed(sink, error="broken off")
    except HeadraceError as error:
        return Replayed(sink, error=str(error))
    return Replayed(sink, fed.delivered, fed.refused)


def _hold(followers: Subscriptions, sink: str, patience: float) -> HeldSubscription:
    end = time.monotonic() + patience
    while (held := followers.take(sink)) is None:
        if time.monotonic() > end:
            raise UsageError("a publisher is feeding this sink", sink, "try again when it is level")
        time.sleep(0.2)
    return held
