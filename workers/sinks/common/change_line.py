"""A change as one line of JSON, in the format of the webhook and the jsonl sink."""

from __future__ import annotations

import json

from specs.contracts.sink import Change


def line(change: Change) -> str:
    """One change as a JSON object without line end; it contains the entity as the catalog exports it."""
    head = f'{{"seq":{change.seq},"op":"{change.op}","type":{json.dumps(change.type)},"fqn":{json.dumps(change.fqn)}'
    if change.op == "delete":
        return head + "}"
    return f'{head},"state":{json.dumps(change.state)},"entity":{change.content}}}'
