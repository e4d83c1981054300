"""A change as one line of JSON, as the webhook and the jsonl sink tell it."""

from __future__ import annotations

import json

from specs.contracts.sink import Change


def line(change: Change) -> str:
    """One change as a JSON object; the entity stands in it as the catalog exports it."""
    head = f'{{"seq":{change.seq},"op":"{change.op}","type":{json.dumps(change.type)},"fqn":{json.dumps(change.fqn)}'
    if change.op == "delete":
        return head + "}"
    return f'{head},"state":{json.dumps(change.state)},"entity":{change.content}}}'
