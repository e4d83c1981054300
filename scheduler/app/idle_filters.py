"""Filter patterns that made no difference: most often a misspelt name, or one that is not there any more."""

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
    """Told each name that was kept, it knows which patterns included none, and which excluded none.

    Tables and views are one type: a pattern for either that fits a name of the other one is not told.
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
