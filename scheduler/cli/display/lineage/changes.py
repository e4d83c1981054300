"""Changes of lineage in words: by what an object is fed now, and by what no longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scheduler.cli.display.render import clean
from specs import names


def told(teller: str, path: str, old: Any, new: Any) -> list[str]:
    """What one changed path of a ``Lineage`` says, a line each; nothing where a general description says more.
    ``teller`` is the FQN of the entity: what it tells of other objects names them."""
    try:
        first, *steps = names.split(path)
    except ValueError:
        return []
    if first == "sql_hash":
        return ["the text changed"]
    if first == "unresolved" and _texts(old) and _texts(new):
        return _lists("no object has the name", "no longer unresolved:", old or [], new or [])
    if first != "flows":
        return []
    if not steps:
        return [line for flow in _items(old) for line in _flow(teller, flow, gone=True)] + [
            line for flow in _items(new) for line in _flow(teller, flow, gone=False)
        ]
    target, *steps = steps
    if not steps:
        return [line for each, gone in ((old, True), (new, False)) if each for line in _flow(teller, each, gone=gone)]
    of = "" if target == teller else f"{clean(target)}: "
    return [of + line for line in _of_flow(steps, old, new)]


def _flow(teller: str, flow: dict[str, Any], *, gone: bool) -> Iterator[str]:
    """A whole flow that came or went."""
    of = "" if flow["target"] == teller else f"{clean(flow['target'])}: "
    sources = ", ".join(clean(each["source"]) for each in flow.get("edges", ()))
    yield f"{of}{'no longer' if gone else 'now'} fed by {sources or 'nothing that is known'}"


def _of_flow(steps: list[str], old: Any, new: Any) -> list[str]:
    if steps == ["edges"]:
        return _lists("now fed by", "no longer fed by", _field(old, "source"), _field(new, "source"))
    if steps[0] == "edges" and len(steps) == 2:
        return [f"now also fed by {clean(steps[1])}" if old is None else f"no longer fed by {clean(steps[1])}"]
    if steps[0] == "edges" and len(steps) == 3:
        return [f"fed by {clean(steps[1])}: {clean(steps[2])} {_plain(old)} -> {_plain(new)}"]
    if steps == ["columns"]:
        return [*_columns(old, gone=True), *_columns(new, gone=False)]
    if steps[0] != "columns":
        return []
    column = f"column {clean(steps[1])}"
    if len(steps) == 2:
        return [*_columns([old] if old else [], gone=True), *_columns([new] if new else [], gone=False)]
    if steps[2:] == ["sources"]:
        return [f"{column}: from {_sources(old)} -> from {_sources(new)}"]
    if steps[2] == "sources" and len(steps) == 4:
        return [
            f"{column}: now also from {_sources([new])}"
            if old is None
            else f"{column}: no longer from {_sources([old])}"
        ]
    if steps[2] == "sources" and len(steps) == 5:
        return [f"{column}: from {clean(steps[3])}: {clean(steps[4])} {_plain(old)} -> {_plain(new)}"]
    return [f"{column}: {clean(steps[2])} {_plain(old)} -> {_plain(new)}"]


def _columns(columns: Any, *, gone: bool) -> Iterator[str]:
    for each in _items(columns):
        if gone:
            yield f"column {clean(each['column'])}: nothing is told of it any more"
        else:
            yield f"column {clean(each['column'])}: from {_sources(each.get('sources'))}"


def _sources(sources: Any) -> str:
    if isinstance(sources, str):
        return clean(sources)  # it was too long to be stored whole
    found = [clean(names.child(each["source"], each["column"])) for each in _items(sources)]
    return ", ".join(found) or "nothing"


def _items(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _field(value: Any, name: str) -> list[str]:
    return [str(each[name]) for each in _items(value)]


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _lists(come: str, gone: str, old: list[str], new: list[str]) -> list[str]:
    """What came, and what went."""
    found = [(gone, [each for each in old if each not in new]), (come, [each for each in new if each not in old])]
    return [f"{what} {', '.join(map(clean, each))}" for what, each in found if each]


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return clean("yes" if value is True else "no" if value is False else f"{value}")
