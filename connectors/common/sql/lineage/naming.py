"""How the names in the SQL of a product lead to objects of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from specs.contracts.parts.statements import TableName


@dataclass(frozen=True, slots=True)
class NamingRules:
    """``folded``: a name that nothing is called exactly fits what is called so in another case. ``one_part``: the
    schema that is meant where a name gives the database only (``shop.orders``); empty where that cannot be written.
    ``behind``: the schema in which names are looked for that are not in their own one.
    """

    folded: bool = True
    one_part: str = ""
    behind: str = ""

    def readings(self, said: TableName, home: str = "") -> list[TableName]:
        """What a name may mean, the likeliest first. ``home`` is the schema of a body, in which names without a schema
        are looked for first; the parser does not complete them where there is another one ``behind``."""
        if not said.schema and home:
            schemas = dict.fromkeys((home, self.behind or home))
            return [TableName(said.database, schema, said.name) for schema in schemas]
        found = [said]
        if self.one_part and said.schema not in ("", self.one_part):
            found.append(TableName(said.schema, self.one_part, said.name))
        return found

    def completed_with(self, home: str) -> str:
        """The schema with which a parser completes names in a body of the schema ``home``."""
        return "" if self.behind else home


RULES: Mapping[str, NamingRules] = {
    "postgres": NamingRules(folded=False, behind="public"),
    "duckdb": NamingRules(one_part="main"),
}
"""Products whose rules are not the usual ones. PostgreSQL stores names as they are meant: the parser has folded those
without quotes, and one with quotes means exactly that."""


def rules_of(product: str) -> NamingRules:
    """The rules of a product, as the catalog calls it."""
    return RULES.get(product, NamingRules())


def engine_name(product: str) -> str:
    """The parser's name of a product's dialect; empty for one that it does not know."""
    from connectors.common.sql.lineage.analysis.dialects import dialect_of  # 25 MB, which not every run needs

    return dialect_of(product).name
