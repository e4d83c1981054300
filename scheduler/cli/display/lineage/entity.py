"""A ``Lineage`` entity as text: each of its flows, with sources and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scheduler.cli.display.render import clean
from specs import names


def flows(content: Mapping[str, Any]) -> Iterator[str]:
    """The lines of all flows of an entity's content."""
    for flow in content.get("flows", ()):
        yield f"\n  {clean(flow['target'])} is fed by:"
        yield from (f"    {_source(edge)}" for edge in flow.get("edges", ()))
        if flow.get("columns"):
            yield "\n  and its columns are made of:"
            yield from (f"    {_column(column)}" for column in flow["columns"])
        if flow.get("filters"):
            chosen = ", ".join(f"{clean(names.child(each['source'], each['column']))}" for each in flow["filters"])
            yield f"\n  its rows are chosen by: {chosen}"


def _source(edge: Mapping[str, Any]) -> str:
    notes = [{True: "proven", False: "not proven"}[edge["proven"]]] if edge.get("proven") is not None else []
    notes += [f"confidence {edge['confidence']:g}"] if edge.get("confidence", 1) < 1 else []
    notes += [clean(edge["note"])] if edge.get("note") else []
    kind = edge.get("source_type", "Table")
    return f"{clean(edge['source'])}  [{clean(kind)}]" + (f" ({', '.join(notes)})" if notes else "")


def _column(column: Mapping[str, Any]) -> str:
    sources = []
    for each in column.get("sources", ()):
        became = each.get("transformation", "identity")
        note = "" if became == "identity" else f" ({clean(became)})"
        sources.append(f"{clean(names.child(each['source'], each['column']))}{note}")
    text = f"{clean(column['column'])} <- {', '.join(sources) or 'no column'}"
    return text + (f" = {clean(column['expression'])}" if column.get("expression") else "")
