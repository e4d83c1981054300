"""A part of a database service that builds on what the catalog holds of it, and asks no server for that."""

from __future__ import annotations

import json
from functools import cached_property
from typing import ClassVar

from connectors.common.sql.inspector.connection import DialectConnection
from specs.contracts.parts.resolver import NameQuery, Resolver
from specs.errors import Fatal, Stop
from specs.sources.service import ServiceSource


class CatalogPart(ServiceSource):
    """The surroundings that such parts share; an abstract source of the part comes beside it."""

    remote: ClassVar[bool] = False

    @property
    def catalog(self) -> Resolver:
        """What answers for the catalog. Raises ``Fatal`` where the source was made without one."""
        if self.resolver is None:
            raise Fatal("this part is read from the catalog, and there is none", self.service, reason="internal")
        return self.resolver

    @cached_property
    def dialect(self) -> str:
        """The dialect of the service's SQL, by the name that the connection or the catalog has for the product."""
        if isinstance(self.config, DialectConnection):
            return self.config.dialect_url().partition(":")[0].partition("+")[0]
        (found,) = self.catalog.named([NameQuery("", self.service)], ("Service",))
        return str(json.loads(found[0].content)["service_type"]) if found else ""

    def nothing_known(self) -> Stop:
        """What such a part ends with where the catalog has no database of the service: it would tell of nothing, and
        look complete."""
        remedy = "crawl its metadata first, or with it"
        return Stop("the catalog holds nothing of this service", self.service, remedy, reason="metadata")

    def identity(self) -> str:
        """The catalog's part of the service: no server is behind it."""
        return f"catalog:{self.service}"
