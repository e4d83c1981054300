"""Queries: WITH, set operations, SELECT and VALUES."""

from __future__ import annotations

from sqlglot import exp

from connectors.common.sql.lineage.analysis.queries.scope import QueryScope
from connectors.common.sql.lineage.analysis.queries.selects import select
from connectors.common.sql.lineage.analysis.queries.sources import add_source
from connectors.common.sql.lineage.analysis.queries.walk import Walk
from connectors.common.sql.lineage.analysis.relations import Derived

RECURSIVE_ROUNDS = 8
"""How often the recursive part of a WITH is read at most, until it adds nothing more."""


class QueryWalk(Walk):
    """Walks through the queries of one statement."""

    def query(self, node: exp.Expr, outer: QueryScope | None) -> Derived:
        """What a query yields, which may use names of the scope around it."""
        scope = QueryScope(outer, {})
        self.declare(node, scope)
        while isinstance(node, exp.Subquery | exp.Paren):
            inner = node.this
            if isinstance(inner, exp.Table) or node.args.get("joins") or node.args.get("pivots"):
                return self._from(node, scope)
            node = inner
            self.declare(node, scope)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Select):
            return select(self, node, QueryScope(scope, {}) if scope.ctes or scope.scalars else scope)
        return self._from(node, scope)

    def _from(self, node: exp.Expr, scope: QueryScope) -> Derived:
        add_source(self, node, scope)
        opens = tuple(each.relation for each in scope.sources if each.relation.open)
        return Derived([output for each in scope.sources for output in each.relation.outputs()], opens)

    def declare(self, node: exp.Expr, scope: QueryScope) -> None:
        """Add the queries of WITH to a scope."""
        declared = node.args.get("with_")
        if declared is None:
            return
        for cte in declared.expressions:
            alias = cte.args["alias"]
            name = self.fold(alias.this)
            if cte.args.get("scalar"):
                scope.scalars[name] = cte.this
                if not isinstance(cte.this, exp.Query):
                    continue
            names = [self.fold(each) for each in alias.columns]
            if isinstance(cte.this, exp.DML):
                found = self._returned(cte.this, scope)
            elif isinstance(cte.this, exp.SetOperation) and self._names_itself(cte.this, name):
                found = self._recursive(cte.this, name, names, scope)
            else:
                found = self.query(cte.this, scope)
            scope.ctes[name] = found.renamed(names) if names else found

    def _returned(self, node: exp.Expr, scope: QueryScope) -> Derived:
        """The rows that a modifying statement in WITH returns, which are those of the relation that it changes."""
        if not isinstance(node, exp.Delete):
            before = QueryScope(scope.outer, dict(scope.ctes))  # what WITH declares further on it does not see
            self.modifying.append((node, before))
        table = node.this.this if isinstance(node.this, exp.Schema) else node.this
        returning = node.args.get("returning")
        if returning is None or not isinstance(table, exp.Table):
            return Derived([])
        return self.query(exp.Select(expressions=returning.expressions, from_=exp.From(this=table)), scope)

    def _names_itself(self, node: exp.Expr, name: str) -> bool:
        return any(not each.args.get("db") and self.fold(each.this) == name for each in _tables(node))

    def _recursive(self, node: exp.SetOperation, name: str, names: list[str], outer: QueryScope) -> Derived:
        """The rows of a query that names itself: those of the parts that do not, then what the others make of it."""
        scope = QueryScope(outer, {})
        self.declare(node, scope)
        parts = branches(node)
        starts = [each for each, _ in parts if not self._names_itself(each, name)]
        found = self.query(starts[0], scope) if starts else Derived([])
        for each in starts[1:]:
            found = found.merged([self.query(each, scope)])
        for _ in range(RECURSIVE_ROUNDS):
            before = [dict(each.origins) for each in found.outputs()]
            inner = QueryScope(scope, {name: found.renamed(names) if names else found})
            for each, _by_name in parts:
                if each not in starts:
                    found = found.merged([self.query(each, inner)])
            if before == [each.origins for each in found.outputs()]:
                break
        return found

    def _set_operation(self, node: exp.SetOperation, scope: QueryScope) -> Derived:
        parts = branches(node)
        first, *others = [self.query(each, scope) for each, _ in parts]
        if not any(by_name for _, by_name in parts):
            return first.merged(others)
        for (_, by_name), more in zip(parts[1:], others, strict=True):
            first = first.merged_by_name(more) if by_name else first.merged([more])
        return first


def branches(node: exp.Expr) -> list[tuple[exp.Expr, bool]]:
    """The queries of a chain of set operations, each with whether it is joined to those before by name. A loop, since
    chains of thousands are written."""
    found: list[tuple[exp.Expr, bool]] = []
    while isinstance(node, exp.SetOperation) and (not found or not node.args.get("with_")):
        found.append((node.expression, bool(node.args.get("by_name"))))
        node = node.this
    found.append((node, False))
    return found[::-1]


def _tables(node: exp.Expr) -> list[exp.Table]:
    return [each for each in node.find_all(exp.Table) if isinstance(each.this, exp.Identifier)]
