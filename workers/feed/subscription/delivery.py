"""Delivers changes to a sink in batches within its bounds. A refused batch is split in halves, down to the change that
the sink refuses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from specs.contracts.sink import Bounds, Change, ChangeSink, Refused
from specs.errors import Fatal, Skip

REFUSALS_IN_A_ROW = 20
"""Changes refused one by one, with none accepted, after which the delivery fails: the sink is wrong, not the changes.

Refusals of a sink that answers for each change of a batch do not count: it refuses a container's contents along with
it.
"""


@dataclass(slots=True)
class Sent:
    """The changes of a page that a sink got before the delivery was interrupted, so that the next try goes on from
    there.

    It is kept in memory only: another process sends the whole page again.
    """

    taken: dict[tuple[str, str], bytes] = field(default_factory=dict)
    refused: dict[tuple[str, str], Refused] = field(default_factory=dict)

    def has(self, change: Change) -> bool:
        """Whether the sink got exactly this change."""
        return self.taken.get((change.type, change.fqn)) == _digest(change)

    def add(self, batch: Sequence[Change], refused: Sequence[Refused]) -> None:
        """Note a delivered batch, and which of its changes the sink refused."""
        for change in batch:
            self.taken[change.type, change.fqn] = _digest(change)
            self.refused.pop((change.type, change.fqn), None)
        self.refused |= {(each.change.type, each.change.fqn): each for each in refused}

    def clear(self) -> None:
        self.taken.clear()
        self.refused.clear()


def _digest(change: Change) -> bytes:
    text = f"{change.seq} {change.op} {change.state} {change.content}"
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class Delivery:
    """The delivery of one page to a sink. ``before`` is called ahead of every request, and may raise to interrupt it;
    ``sent`` is what an earlier try delivered."""

    def __init__(self, sink: ChangeSink, before: Callable[[], None], sent: Sent | None = None) -> None:
        self._sink, self._before = sink, before
        self._sent = Sent() if sent is None else sent
        self._alone = 0
        self.requests = 0
        """Requests that the sink answered."""

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        """Deliver ``changes`` in order; returns the refused ones.

        Raises ``Retry`` and ``Fatal`` as the sink does, and ``Fatal`` when it refuses every change.
        """
        rest = [change for change in changes if not self._sent.has(change)]
        for batch in batches(rest, self._sink.bounds):
            self._hand_over(batch)
        return list(self._sent.refused.values())

    def _hand_over(self, batch: Sequence[Change]) -> None:
        self._before()
        try:
            refused = self._sink.deliver(batch)
        except Skip as refusal:
            if len(batch) > 1:
                half = len(batch) // 2
                self._hand_over(batch[:half])
                self._hand_over(batch[half:])
                return
            refused = [Refused(batch[0], str(refusal))]
            self._alone += 1
            if self._alone >= REFUSALS_IN_A_ROW and len(self._sent.taken) == len(self._sent.refused):
                self._sent.clear()  # the next try begins anew, and these refusals become no dead letters
                remedy = "see whether its address and settings are right; nothing was given up"
                raise Fatal(f"the sink refuses every change: {refusal}", "", remedy, reason="sink") from None
        self._sent.add(batch, refused)
        self.requests += 1


def batches(changes: Sequence[Change], bounds: Bounds) -> Iterator[list[Change]]:
    """Yields batches of ``changes`` within ``bounds``; a change that is larger than a batch may be is one by itself."""
    batch: list[Change] = []
    weight = 0
    for change in changes:
        if batch and (len(batch) >= bounds.entries or weight + change.weight > bounds.bytes):
            yield batch
            batch, weight = [], 0
        batch.append(change)
        weight += change.weight
    if batch:
        yield batch
