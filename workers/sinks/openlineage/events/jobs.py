"""Jobs: the views, routines and pipelines that feed datasets, with what they read and write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from specs.recipe.dataset_names import DatasetNames
from workers.sinks.openlineage.events.facets import Content, facet

SQL_CHARACTERS = 1_000_000
"""Longest text of a view or routine that is sent along: receivers bound the size of an event."""
TRANSFORMATIONS: Mapping[str, tuple[str, str]] = {
    "identity": ("DIRECT", "IDENTITY"), "expression": ("DIRECT", "TRANSFORMATION"),
    "aggregate": ("DIRECT", "AGGREGATION"), "filter": ("INDIRECT", "FILTER"),
}  # fmt: skip
"""Type and subtype of a transformation in OpenLineage by ours."""


def job_facets(lineage: Content, told: Content | None) -> dict[str, Any]:
    """The facets of a job; ``told`` is the content of the view or routine that it is, where it is known."""
    kind = "VIEW" if lineage.get("evidence", "view") == "view" else lineage["evidence"].upper()
    found = {"jobType": facet("2-0-4/JobTypeJobFacet", processingType="BATCH", integration="HEADRACE", jobType=kind)}
    query = (told or {}).get("view_definition") or _statements(lineage)
    code, language = (told or {}).get("code") or (told or {}).get("definition"), (told or {}).get("language") or "sql"
    if query and len(query) <= SQL_CHARACTERS:
        found["sql"] = facet("1-1-0/SQLJobFacet", query=query)
    if code and len(code) <= SQL_CHARACTERS:
        found["sourceCode"] = facet("1-0-1/SourceCodeJobFacet", language=language, sourceCode=code)
    return found


def _statements(lineage: Content) -> str:
    """The statements of a query log that tell of a lineage, as one text."""
    return ";\n".join(each["sql"] for each in lineage.get("statements", ()))


def inputs(lineage: Content, made: DatasetNames) -> dict[str, dict[str, Any]]:
    """The datasets that the flows read, by FQN. Objects that are no tables are no datasets."""
    edges = [edge for flow in _flows(lineage) for edge in flow.get("edges", ())]
    sources = sorted({edge["source"] for edge in edges if edge.get("source_type", "Table") == "Table"})
    return {fqn: {**made.of(fqn).as_json(), "facets": {}} for fqn in sources}


def outputs(lineage: Content, made: DatasetNames) -> dict[str, dict[str, Any]]:
    """The datasets that the flows write, by FQN, with the lineage of their columns."""
    by_target: dict[str, list[Content]] = {}
    for flow in _flows(lineage):
        if flow.get("target_type", "Table") == "Table":
            by_target.setdefault(flow["target"], []).append(flow)
    return {
        fqn: {**made.of(fqn).as_json(), "facets": {"columnLineage": _columns(flows, made)}}
        for fqn, flows in by_target.items()
    }


def _columns(flows: Sequence[Content], made: DatasetNames) -> dict[str, Any]:
    """The columns of one dataset; several statements may write the same one."""
    fields: dict[str, dict[str, list[dict[str, Any]]]] = {}
    every = []
    for flow in flows:
        for column in flow.get("columns", ()):
            found = fields.setdefault(column["column"], {"inputFields": []})["inputFields"]
            found += [_input(each, made, column.get("expression")) for each in column["sources"]]
        every += [_input({**each, "transformation": "filter"}, made, None) for each in flow.get("filters", ())]
    return facet("1-2-0/ColumnLineageDatasetFacet", fields=fields, **({"dataset": every} if every else {}))


def _input(source: Content, made: DatasetNames, expression: str | None) -> dict[str, Any]:
    kind, subtype = TRANSFORMATIONS[source.get("transformation", "identity")]
    done = {"type": kind, "subtype": subtype, "masking": False} | ({"description": expression} if expression else {})
    return {**made.of(source["source"]).as_json(), "field": source["column"], "transformations": [done]}


def _flows(lineage: Content) -> list[Content]:
    found: list[Content] = lineage.get("flows", [])
    return found
