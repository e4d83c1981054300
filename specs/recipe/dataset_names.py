"""What OpenLineage calls the datasets of a service (https://openlineage.io/docs/spec/naming): by where its server is,
as far as its recipe tells that, and by the name of the table there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import ValidationError

from specs import names, registry
from specs.errors import HeadraceError
from specs.recipe.allow_list import referring

TWO_NAMES = frozenset({"hive", "mysql", "oceanbase", "teradata"})
"""Schemes whose datasets are called by database and table; our schemas are databases there."""


class DatasetName(NamedTuple):
    """A dataset: its namespace, and its name within."""

    namespace: str
    name: str

    def as_json(self) -> dict[str, str]:
        return {"namespace": self.namespace, "name": self.name}


class DatasetNames:
    """Makes the names of all services' datasets. ``namespace`` tells that of a service; one of which it knows none has
    ``headrace://SERVICE``."""

    def __init__(self, namespace: Callable[[str], str | None]) -> None:
        self._namespace = namespace
        self._known: dict[str, str | None] = {}

    def of(self, fqn: str) -> DatasetName:
        """The dataset of a table or view."""
        service, *parts = names.split(fqn)
        if service not in self._known:
            self._known[service] = self._namespace(service)
        namespace = self._known[service]
        if namespace is None:
            return DatasetName(f"headrace://{service}", ".".join(parts))
        two = urlsplit(namespace).scheme in TWO_NAMES and len(parts) == 3
        return DatasetName(namespace, ".".join(parts[1:] if two else parts))


def namespace_of(connector: str, recipe: Mapping[str, Any]) -> str | None:
    """The namespace of a service by its recipe, as data: ``postgres://db.example.org:5432``. ``None`` where the spec
    has no name for the product, the connector is not installed here, or the address is only referred to."""
    try:
        model = registry.load(connector).config_class()
        found = model.model_validate(recipe.get("connection") or {}).namespace()
    except (HeadraceError, ImportError, ValidationError):
        return None
    return None if found is None or referring(found) else found
