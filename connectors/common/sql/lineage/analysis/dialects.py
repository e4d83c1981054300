"""Dialects of SQL as the analysis needs them: how a parser is found, how names are folded, what is told apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.generator import Generator

ALIASES = {
    "postgresql": "postgres",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "mariadb": "mysql",
    "sparksql": "spark",
    "awsathena": "athena",
    "greenplum": "postgres",
    "cockroachdb": "postgres",
    "vertica": "postgres",
    "impala": "hive",
    "unitycatalog": "databricks",
    "oracledb": "oracle",
}
"""Names of products for dialects that the parser knows by another name."""
LATERAL_ALIASES = frozenset({"snowflake", "redshift", "databricks", "spark", "duckdb", "clickhouse", "teradata"})
"""Dialects in which an expression of a SELECT may use the alias of one before it."""
USES_SCHEMA = frozenset(
    {
        *("mysql", "doris", "starrocks", "singlestore", "hive", "spark", "spark2", "clickhouse", "sqlite"),
        *("databricks", "trino", "presto", "athena", "teradata"),
    }
)
"""Dialects whose ``USE name`` chooses what stands before the dot of a table."""


REMEMBERED_NAMES = 20_000
"""Names whose folding is remembered: statements of one database name the same things again and again."""


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """A dialect by the name that the parser has for it; ``""`` is the base, which reads what many have in common."""

    name: str
    engine: Dialect
    lateral_aliases: bool
    _folded: dict[tuple[str, bool], str] = field(default_factory=dict)
    _generators: list[Generator] = field(default_factory=list)

    def text(self, node: exp.Expr) -> str:
        """An expression as SQL of the dialect; this may change it."""
        if not self._generators:
            self._generators.append(self.engine.generator())
        return self._generators[0].generate(node, copy=False)

    def fold(self, identifier: exp.Expr) -> str:
        """The name that an identifier stands for: unquoted ones are folded as the dialect does it."""
        if self.name == "bigquery":  # which folds columns, and tables not
            return self.engine.normalize_identifier(identifier).name
        key = identifier.name, bool(identifier.args.get("quoted"))
        found = self._folded.get(key)
        if found is None:
            if len(self._folded) >= REMEMBERED_NAMES:
                self._folded.clear()
            found = self._folded[key] = self.engine.normalize_identifier(identifier).name
        return found


@lru_cache(maxsize=64)
def dialect_of(name: str) -> SqlDialect:
    """The dialect of this name, in any case; the base dialect for an unknown name."""
    wanted = name.strip().lower()
    wanted = ALIASES.get(wanted, wanted)
    known = Dialect.get(wanted) if wanted else None
    if known is None:
        return SqlDialect("", Dialect.get_or_raise(None), False)
    return SqlDialect(wanted, known(), wanted in LATERAL_ALIASES)
