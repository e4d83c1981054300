"""Finds service specs: first the folders of ``connectors``, then the entry points ``headrace.connectors``."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from specs.errors import known_values
from specs.finder import SpecFinder
from specs.service_spec import ServiceSpec

_finder = SpecFinder(
    "connector", ServiceSpec, "connectors", "service_spec", "headrace.connectors", "see: headrace connectors"
)


def known() -> tuple[str, ...]:
    """The names of all connectors, sorted; nothing is imported for it but the ``connectors`` package itself."""
    return _finder.known


def load(name: str) -> ServiceSpec:
    """The spec of a connector, by name or as ``"module:attribute"`` for one that lives in a file of its own.

    Raises ``UsageError`` naming the known ones when there is none.
    """
    return _finder.load(name)


def look_into(folder: Path) -> None:
    """Find modules of ``module:attribute`` in this folder, too; last, so that they hide nothing."""
    place = str(folder.absolute())
    if place not in sys.path:
        sys.path.append(place)


def by_url(url: str) -> ServiceSpec:
    """The connector whose schemes hold the URL's; ``postgresql+psycopg2`` and the like are ``postgresql``.

    Other dialects of SQLAlchemy go to its connector. Raises ``UsageError`` naming the known schemes when there is none.
    """
    scheme = urlsplit(url).scheme
    base, _, driver = scheme.partition("+")
    schemes: dict[str, ServiceSpec] = {}
    for name in known():
        spec = load(name)
        for each in spec.schemes:
            schemes.setdefault(each, spec)
    if scheme in schemes:
        return schemes[scheme]
    if base in schemes and driver in schemes[base].drivers:
        return schemes[base]
    if "+" in scheme and "sqlalchemy" in known():
        return load("sqlalchemy")
    raise known_values("no connector for the URL scheme", scheme, schemes)
