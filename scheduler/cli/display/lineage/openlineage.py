"""Lineage as events of OpenLineage (https://openlineage.io/spec/2-0-2/OpenLineage.json): a ``JobEvent`` for each object
that tells of flows, with what it reads and writes. Datasets are called as by the sink ``openlineage`` without settings.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from specs.recipe.dataset_names import DatasetNames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scheduler.app.lineage.graph import LineageGraph, LineageLink

_SPEC = "https://openlineage.io/spec"
_COLUMNS = f"{_SPEC}/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
_DATASET = "Table"
"""The type of tables and views."""
_TYPES = {
    "identity": ("DIRECT", "IDENTITY"), "expression": ("DIRECT", "TRANSFORMATION"),
    "aggregate": ("DIRECT", "AGGREGATION"), "filter": ("INDIRECT", "FILTER"),
}  # fmt: skip


def events(graph: LineageGraph, now: datetime, namespaces: Mapping[str, str]) -> list[dict[str, Any]]:
    """The events of a graph of objects, ordered by the names of jobs. Tables and views are datasets, what is neither is
    a job; names that fit no object are left out. ``namespaces`` are those of services that have one of their own."""
    datasets = DatasetNames(namespaces.get)
    inputs: dict[str, set[str]] = {}
    outputs: dict[str, dict[str, list[LineageLink]]] = {}
    for link in graph.links:
        if not link.source.type:
            continue
        of_datasets = link.via or (link.target.fqn,)
        jobs = [end.fqn for end in (link.source, link.target) if end.type != _DATASET] or of_datasets
        for job in jobs:
            read, written = inputs.setdefault(job, set()), outputs.setdefault(job, {})
            if link.source.type == _DATASET:
                read.add(link.source.fqn)
            if link.target.type == _DATASET:
                written.setdefault(link.target.fqn, []).append(link)
    return [
        {
            "eventTime": now.isoformat(),
            "producer": _producer(),
            "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/JobEvent",
            "job": {"namespace": "headrace", "name": job, "facets": {}},
            "inputs": [{**datasets.of(fqn).as_json(), "facets": {}} for fqn in sorted(inputs[job])],
            "outputs": [
                {**datasets.of(fqn).as_json(), "facets": {"columnLineage": _columns(links, datasets)}}
                for fqn, links in sorted(outputs[job].items())
            ],
        }
        for job in sorted(inputs)
    ]


def _columns(links: list[LineageLink], datasets: DatasetNames) -> dict[str, Any]:
    fields: dict[str, dict[str, list[dict[str, Any]]]] = {}
    rows = []
    for link in links:
        for target, source, became in link.columns:
            kind, subtype = _TYPES[became]
            done = [{"type": kind, "subtype": subtype, "masking": False}]
            given = {**datasets.of(link.source.fqn).as_json(), "field": source, "transformations": done}
            if target:
                fields.setdefault(target, {"inputFields": []})["inputFields"].append(given)
            else:
                rows.append(given)
    facet = {"_producer": _producer(), "_schemaURL": _COLUMNS, "fields": fields}
    return {**facet, "dataset": rows} if rows else facet


def _producer() -> str:
    return f"urn:headrace:{version('headrace')}"
