"""Filter patterns that made no difference: usually a misspelt name, or one that no longer exists."""

from __future__ import annotations

from collections.abc import Collection

from specs.config import Filter, Selection
from specs.expressions import Expression

_TYPES = {
    "databases": "Database", "schemas": "Schema", "tables": "Table", "views": "Table",
    "stored_procedures": "StoredProcedure", "dashboards": "Dashboard", "charts": "Chart", "data_models": "DataModel",
}  # fmt: skip
"""The entity type that each filter is about."""


class IdleFilters:
    """Finds the patterns that included no name and those that excluded none, from the names that were kept.

    Tables and views are one entity type, so a pattern for tables that matches only a view counts as having an effect.
    """

    def __init__(self, extract: Selection) -> None:
        self._excludes: list[str] = []
        self._includes: dict[str, dict[str, Expression]] = {}
        for kind, type_ in _TYPES.items():
            if kind not in type(extract).model_fields:
                continue
            chosen: Filter = getattr(extract, kind)
            self._excludes += [f"{kind}.exclude: {each}" for each in chosen.exclude if each]
            pending = self._includes.setdefault(type_, {})
            pending |= {f"{kind}.include: {each}": Expression(each) for each in chosen.include}

    def waits(self, type_: str) -> bool:
        """Whether names of this type may still say something."""
        return bool(self._includes.get(type_))

    def kept(self, type_: str, name: str) -> None:
        pending = self._includes.get(type_)
        if pending:
            bare = name.partition("(")[0]  # a routine's pattern may mean its name or its whole signature
            fit = [rule for rule, each in pending.items() if each.found_in(name) or each.found_in(bare)]
            for rule in fit:
                del pending[rule]

    def rules(self, dropped: Collection[str]) -> list[str]:
        """The patterns without effect, in the order of the recipe; ``dropped`` are the rules that dropped something."""
        idle = [rule for pending in self._includes.values() for rule in pending]
        return idle + [rule for rule in self._excludes if rule not in dropped]

    @property
    def types(self) -> list[str]:
        return [type_ for type_ in self._includes if self.waits(type_)]
