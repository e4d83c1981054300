"""The estimated size of a batch in bytes, by which queues are bounded."""

from __future__ import annotations

from specs.contracts.work import Batch


def weigh(batch: Batch) -> int:
    """Bytes of a batch in memory, estimated from its texts."""
    rows = sum([len(row.content) + len(row.search) for row in batch.rows])
    return rows + 400 * len(batch.rows) + 400 * (len(batch.outcomes) + len(batch.children)) + 8 * len(batch.seen) + 500
