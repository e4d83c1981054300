"""DataHub's names: URNs of datasets and containers, the same that its own ingestion makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from specs import names

_RESERVED = {"%": "%25", "(": "%28", ")": "%29", ",": "%2C", "␟": "%E2%90%9F"}


def clean(text: str) -> str:
    """Reserved characters of URNs percent-encoded."""
    return "".join(_RESERVED.get(char, char) for char in text)


@dataclass(frozen=True, slots=True)
class Names:
    """Makes URNs for one service. ``instance`` tells services of one platform apart, where it is given."""

    platform: str
    env: str
    instance: str | None

    @property
    def platform_urn(self) -> str:
        return f"urn:li:dataPlatform:{self.platform}"

    def name(self, fqn: str) -> str:
        """The name of a table there: ``[instance.]database.schema.table``."""
        return ".".join(filter(None, (self.instance, *names.split(fqn)[1:])))

    def dataset(self, fqn: str) -> str:
        return f"urn:li:dataset:({self.platform_urn},{clean(self.name(fqn))},{self.env})"

    def field(self, fqn: str, column: str) -> str:
        return f"urn:li:schemaField:({self.dataset(fqn)},{clean(column)})"

    def container(self, fqn: str) -> str:
        """A database or schema; its id is a hash of what names it."""
        parts = names.split(fqn)[1:]
        bag = dict(zip(("database", "schema"), parts, strict=False))
        bag |= {"platform": self.platform, "instance": self.instance or self.env}
        text = json.dumps(bag, separators=(",", ":"), sort_keys=True)
        return f"urn:li:container:{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"
