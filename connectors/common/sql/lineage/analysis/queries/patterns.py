"""Stars that take only some columns: those whose names fit a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

Takes = Callable[[str], bool]
PATTERNS = (exp.Like, exp.ILike, exp.SimilarTo, exp.Glob)


def star_in(node: exp.Expr) -> tuple[exp.Expr, Takes] | None:
    """The star that an item of a SELECT list is, and whether it takes a column of this name; ``None`` for another item.

    ``* ILIKE 'a%'`` is Snowflake's, ``* LIKE 'a%'`` DuckDB's, ``COLUMNS('^a')`` DuckDB's and ClickHouse's.
    """
    if node.is_star:
        pattern = (node.this if isinstance(node, exp.Column) else node).args.get("ilike")
        return node, _fits(_liked(pattern.name), re.IGNORECASE) if isinstance(pattern, exp.Literal) else _all
    if isinstance(node, exp.Columns):
        inner = node.this
        if isinstance(inner, exp.Literal):
            return exp.Star(), _found(inner.name)
        return star_in(inner) if inner.is_star else None
    if isinstance(node, PATTERNS) and node.this.is_star and isinstance(node.expression, exp.Literal):
        takes = _pattern(node, node.expression.name)
        return node.this, (lambda name: not takes(name)) if node.args.get("negate") else takes
    return None


def _pattern(node: exp.Expr, pattern: str) -> Takes:
    if isinstance(node, exp.SimilarTo):
        return _fits(pattern)
    if isinstance(node, exp.Glob):
        return _fits("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern))
    return _fits(_liked(pattern), re.IGNORECASE if isinstance(node, exp.ILike) else re.NOFLAG)


def _liked(pattern: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in pattern)


def _fits(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Takes:
    try:
        compiled = re.compile(pattern, flags | re.DOTALL)
    except re.error:
        return _all
    return lambda name: compiled.fullmatch(name) is not None


def _found(pattern: str) -> Takes:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return _all
    return lambda name: compiled.search(name) is not None


def _all(name: str) -> bool:
    return True
