"""Finds service specs: first the folders of ``connectors``, then the entry points ``headrace.connectors``."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules
from urllib.parse import urlsplit

from specs.errors import UsageError, known_values
from specs.mistakes import told
from specs.service_spec import ServiceSpec

GROUP = "headrace.connectors"


@cache
def known() -> tuple[str, ...]:
    """The names of all connectors, sorted; nothing is imported for it but the ``connectors`` package itself."""
    return tuple(sorted(_folders() | {entry.name for entry in entry_points(group=GROUP)}))


@cache
def _folders() -> frozenset[str]:
    package = import_module("connectors")
    return frozenset(m.name for m in iter_modules(package.__path__) if m.ispkg and m.name != "common")


@cache
def load(name: str) -> ServiceSpec:
    """The spec of a connector, by name or as ``"module:attribute"`` for one that lives in a file of its own.

    Raises ``UsageError`` naming the known ones when there is none.
    """
    if ":" in name:
        return _checked(name, _attribute(name))
    if name in _folders():
        return _checked(name, import_module(f"connectors.{name}.service_spec").spec)
    for entry in entry_points(group=GROUP):  # reads what every installed package declares
        if entry.name == name:
            return _checked(name, entry.load())
    raise known_values("unknown connector", name, known(), remedy="see: headrace connectors")


def _attribute(name: str) -> object:
    module, _, attribute = name.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise UsageError(
                f"cannot load connector {name!r}: {told(error)}", remedy=f"install {error.name!r}"
            ) from None
        remedy = "put it beside the recipe or install it; workers look into their own folder and PYTHONPATH"
        raise UsageError(f"cannot load connector {name!r}: there is no module {module!r}", remedy=remedy) from None
    except Exception as error:  # whatever its author wrote
        raise UsageError(f"cannot load connector {name!r}: {told(error)}", remedy="correct the module") from None
    try:
        return getattr(found, attribute)
    except AttributeError:
        what = f"cannot load connector {name!r}: {module} has no {attribute!r}"
        raise UsageError(what, remedy="write type as module:attribute") from None


def look_into(folder: Path) -> None:
    """Find modules of ``module:attribute`` in this folder, too; last, so that they hide nothing."""
    place = str(folder.absolute())
    if place not in sys.path:
        sys.path.append(place)


def _checked(name: str, found: object) -> ServiceSpec:
    if not isinstance(found, ServiceSpec):
        raise UsageError(f"connector {name!r} binds {type(found).__name__}, not a ServiceSpec")
    return found


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
