"""Finds specs by name: in the folders of one package, then in an entry-point group, or as ``"module:attribute"``.

Connectors are found here, in ``connectors`` and the entry points ``headrace.connectors``; other kinds of specs have a
finder of their own.
"""

from __future__ import annotations

import sys
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from specs.errors import UsageError, known_values
from specs.errors.mistakes import told
from specs.service_spec import ServiceSpec

SHARED = "common"
"""The folder of each package that holds what its other folders share."""
T = TypeVar("T")


class SpecFinder(Generic[T]):
    """Specs of one class, each found once.

    ``word`` is what people call them (``connector``), ``package`` holds a folder for each of ours with the spec as
    ``spec`` in its module ``module``, ``group`` is the entry-point group of those from other distributions. Ours win.
    """

    def __init__(self, word: str, cls: type[T], package: str, module: str, group: str, remedy: str) -> None:
        self._word, self._class, self._package, self._module = word, cls, package, module
        self._group, self._remedy = group, remedy
        self._found: dict[str, T] = {}

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The names of all of them, sorted; nothing is imported for it but the package itself."""
        return tuple(sorted(self._folders | {entry.name for entry in entry_points(group=self._group)}))

    @cached_property
    def _folders(self) -> frozenset[str]:
        package = import_module(self._package)
        return frozenset(m.name for m in iter_modules(package.__path__) if m.ispkg and m.name != SHARED)

    def load(self, name: str) -> T:
        """The spec of this name, or of ``"module:attribute"`` for one that lives in a file of its own.

        Raises ``UsageError`` naming the known ones when there is none, and for one that cannot be imported.
        """
        if name not in self._found:
            self._found[name] = self._checked(name, self._imported(name))
        return self._found[name]

    def _imported(self, name: str) -> object:
        if ":" in name:
            return self._attribute(name)
        if name in self._folders:
            return import_module(f"{self._package}.{name}.{self._module}").spec
        for entry in entry_points(group=self._group):  # reads what every installed package declares
            if entry.name == name:
                try:
                    return entry.load()
                except Exception as error:  # whatever its author wrote
                    raise self._broken(name, told(error), f"correct or reinstall {entry.value!r}") from None
        raise known_values(f"unknown {self._word}", name, self.known, remedy=self._remedy)

    def _attribute(self, name: str) -> object:
        module, _, attribute = name.partition(":")
        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module.partition(".")[0]:
                raise self._broken(name, told(error), f"install {error.name!r}") from None
            remedy = "put it beside the recipe or install it; workers look into their own folder and PYTHONPATH"
            raise self._broken(name, f"there is no module {module!r}", remedy) from None
        except Exception as error:  # whatever its author wrote
            raise self._broken(name, told(error), "correct the module") from None
        try:
            return getattr(found, attribute)
        except AttributeError:
            raise self._broken(name, f"{module} has no {attribute!r}", "write type as module:attribute") from None

    def _broken(self, name: str, why: str, remedy: str) -> UsageError:
        return UsageError(f"cannot load {self._word} {name!r}: {why}", remedy=remedy)

    def _checked(self, name: str, found: object) -> T:
        if not isinstance(found, self._class):
            what = f"{self._word} {name!r} binds {type(found).__name__}, not a {self._class.__name__}"
            raise UsageError(what)
        return found


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


def shared(name: str) -> Any:
    """What connectors share, as ``"module:attribute"`` below their common package; it is imported now.

    For those who may not import connectors, such as the commands that show how SQL is understood.
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(f"connectors.{SHARED}.{module}"), attribute)


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
