"""Names of datasets, as OpenLineage's naming spec has them for each product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from specs import names

TWO_NAMES = frozenset({"hive", "mysql", "oceanbase", "teradata"})
"""Schemes whose datasets are called by database and table; our schemas are databases there."""


class DatasetName(NamedTuple):
    """A dataset: its namespace, and its name within."""

    namespace: str
    name: str

    def as_json(self) -> dict[str, str]:
        return {"namespace": self.namespace, "name": self.name}


class DatasetNames:
    """Makes the names of all services' datasets: those of ``namespaces``, by service, and ``headrace://SERVICE``."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = namespaces

    def of(self, fqn: str) -> DatasetName:
        """The dataset of a table or view."""
        service, *parts = names.split(fqn)
        namespace = self._namespaces.get(service)
        if namespace is None:
            return DatasetName(f"headrace://{service}", ".".join(parts))
        two = urlsplit(namespace).scheme in TWO_NAMES and len(parts) == 3
        return DatasetName(namespace, ".".join(parts[1:] if two else parts))
