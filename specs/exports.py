"""Names that are imported when they are first used: those that packages export flat, and parts named as text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


def lazy(
    package: str, places: Mapping[str, str], own: Iterable[str] = ()
) -> tuple[Callable[[str], Any], list[str]]:  # fmt: skip
    """``__getattr__`` and ``__all__`` of ``package``: ``places`` are the names of each module, with blanks between
    them, ``own`` those that the package itself defines.

    >>> __getattr__, __all__ = lazy(__name__, {"access": "Grant Policy", "indexes": "Index"})  # doctest: +SKIP

    Type checkers need the same imports written out under ``TYPE_CHECKING``. Raises ``ValueError`` for a name that is
    also a module's, because importing that module would hide the name.
    """
    found = {name: module for module, names in places.items() for name in names.split()}
    hidden = places.keys() & found.keys()
    if hidden:
        raise ValueError(f"package {package!r} exports what it calls modules, too: {', '.join(sorted(hidden))}")

    def attribute(name: str) -> Any:
        if name not in found:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{found[name]}"), name)
        setattr(sys.modules[package], name, value)  # so that ``__getattr__`` is not called again for it
        return value

    return attribute, sorted({*found, *own})


def imported(place: Any) -> Any:
    """The object that ``"module:attribute"`` names, imported now; anything but text is returned as it is."""
    if not isinstance(place, str):
        return place
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
