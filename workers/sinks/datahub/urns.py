"""URNs of datasets and containers, the same as those that DataHub's own ingestion makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from specs import names

TWO_TIERS = frozenset(
    {"clickhouse", "doris", "hive", "mariadb", "mysql", "sqlite", "starrocks", "teradata", "tidb"}
)  # fmt: skip
"""Platforms whose tables have names of two parts in DataHub: our schemas are databases there."""
_RESERVED = {"%": "%25", "(": "%28", ")": "%29", ",": "%2C", "␟": "%E2%90%9F"}


def clean(text: str) -> str:
    """``text`` with the reserved characters of URNs percent-encoded."""
    return "".join(_RESERVED.get(char, char) for char in text)


@dataclass(frozen=True, slots=True)
class UrnNames:
    """Makes the URNs of one service. ``instance`` distinguishes services of one platform.

    ``tiers``: the parts of a table's name, 3 with the database, 2 without it; 0 for the platform's default.
    """

    platform: str
    env: str
    instance: str | None
    tiers: int = 0

    @property
    def flat(self) -> bool:
        """Whether table names have two parts, so that databases are left out and schemas are called databases."""
        return (self.tiers or (2 if self.platform in TWO_TIERS else 3)) == 2

    @property
    def instance_urn(self) -> str | None:
        return f"urn:li:dataPlatformInstance:({self.platform_urn},{self.instance})" if self.instance else None

    @property
    def platform_urn(self) -> str:
        return f"urn:li:dataPlatform:{self.platform}"

    def name(self, fqn: str) -> str:
        """The name of a table in DataHub: ``[instance.]database.schema.table``, or without the database."""
        return ".".join(filter(None, (self.instance, *self._parts(fqn))))

    def schema_name(self, fqn: str) -> str:
        """The name of a table without its platform instance."""
        return ".".join(self._parts(fqn))

    def _parts(self, fqn: str) -> tuple[str, ...]:
        return names.split(fqn)[2 if self.flat else 1 :]

    def dataset(self, fqn: str) -> str:
        return f"urn:li:dataset:({self.platform_urn},{clean(self.name(fqn))},{self.env})"

    def field(self, fqn: str, column: str) -> str:
        return f"urn:li:schemaField:({self.dataset(fqn)},{clean(column)})"

    def container(self, fqn: str) -> str:
        """The URN of a database or schema; its id is a hash of ``bag``."""
        bag = self.bag(fqn) | {"instance": self.instance or self.env}
        text = json.dumps(bag, separators=(",", ":"), sort_keys=True)
        return f"urn:li:container:{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"

    def bag(self, fqn: str) -> dict[str, str]:
        """The properties that identify a database or schema: its platform, ``database`` and ``schema``."""
        return {"platform": self.platform} | dict(zip(("database", "schema"), self._parts(fqn), strict=False))

    def containers(self, fqn: str) -> list[str]:
        """The containers around a schema or table, the outermost first."""
        parts = names.split(fqn)
        return [
            self.container(names.build(*parts[:length])) for length in range(3 if self.flat else 2, len(parts))
        ]  # fmt: skip
