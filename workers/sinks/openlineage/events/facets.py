"""Facets of datasets: what OpenLineage calls the properties of a table or view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from specs.recipe.dataset_names import DatasetName

Content = Mapping[str, Any]
SPEC = "https://openlineage.io/spec"
PRODUCER = f"urn:headrace:{version('headrace')}"
_VIEWS = ("view", "materialized_view")


def facet(place: str, **values: Any) -> dict[str, Any]:
    """A facet of the schema ``place``: ``1-2-0/SchemaDatasetFacet``."""
    name = place.rpartition("/")[2]
    return {"_producer": PRODUCER, "_schemaURL": f"{SPEC}/facets/{place}.json#/$defs/{name}", **values}


def of_table(content: Content, own: DatasetName, service: str) -> dict[str, Any]:
    """All facets of a table or view. Those that it lacks are sent as deleted, because receivers keep what they are not
    told about."""
    comment, owner = content.get("comment"), content.get("owner")
    owners = [{"name": owner}] if owner else []
    gone = {"_deleted": True}
    return {
        "schema": facet("1-2-0/SchemaDatasetFacet", fields=list(_fields(content.get("columns", ())))),
        "dataSource": facet("1-0-1/DatasourceDatasetFacet", name=service, uri=own.namespace),
        "datasetType": _type(content["table_type"]),
        "documentation": facet(
            "1-1-0/DocumentationDatasetFacet", description=comment or "", **({} if comment else gone)
        ),
        "ownership": facet("1-0-1/OwnershipDatasetFacet", owners=owners, **({} if owner else gone)),
    }


def dropped() -> dict[str, Any]:
    """The facet of a table that is gone."""
    return {"lifecycleStateChange": facet("1-0-1/LifecycleStateChangeDatasetFacet", lifecycleStateChange="DROP")}


def unfed() -> dict[str, Any]:
    """The facet of a table that nothing feeds any more."""
    return {"columnLineage": facet("1-2-0/ColumnLineageDatasetFacet", fields={}, _deleted=True)}


def _type(table_type: str) -> dict[str, Any]:
    kind = "VIEW" if table_type in _VIEWS else "TABLE"
    found = facet("1-0-1/DatasetTypeDatasetFacet", datasetType=kind)
    if table_type == "materialized_view":
        found["subType"] = "MATERIALIZED"
    elif table_type not in ("view", "regular"):
        found["subType"] = table_type.upper()
    return found


def _fields(columns: Any) -> Iterator[dict[str, Any]]:
    for at, column in enumerate(columns, 1):
        found = {
            "name": column["name"], "type": column["native_type"], "ordinal_position": column.get("ordinal") or at
        }  # fmt: skip
        if column.get("comment"):
            found["description"] = column["comment"]
        if column.get("children"):
            found["fields"] = list(_fields(column["children"]))
        yield found
