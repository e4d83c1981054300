"""Hands changes to a sink in batches it can take; on a refusal in halves, down to the change that is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from specs.errors import Fatal, Skip
from specs.sink import Bounds, Change, ChangeSink, Refused

HOPELESS = 20
"""Changes refused alone one after the other, with none taken: then it is not the changes that are wrong.

A sink that answers for each change in a batch is believed: what lies in a container that it refused is refused too.
"""


class Delivery:
    """One page on its way to a sink. ``before`` is called ahead of every request: it may raise to break off."""

    def __init__(self, sink: ChangeSink, before: Callable[[], None]) -> None:
        self._sink, self._before = sink, before
        self.refused: list[Refused] = []
        self.accepted = self._alone = 0

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        """Deliver ``changes`` in order; returns the refused ones.

        Raises ``Retry`` and ``Fatal`` as the sink does, and ``Fatal`` when it refuses whatever it is sent.
        """
        for batch in batches(changes, self._sink.bounds):
            self._hand_over(batch)
        return self.refused

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
            if not self.accepted and self._alone >= HOPELESS:
                remedy = "see whether its address and settings are right; nothing was given up"
                raise Fatal(f"the sink refuses every change: {refusal}", "", remedy, reason="sink") from None
        self.refused += refused
        self.accepted += len(batch) - len(refused)


def batches(changes: Sequence[Change], bounds: Bounds) -> Iterator[list[Change]]:
    """Cut ``changes`` within ``bounds``; one that is larger than all of it goes alone."""
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
