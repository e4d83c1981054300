"""What a day's statements did with each object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from heapq import nlargest
from typing import Any

from connectors.common.sql.lineage.relations import KnownRelation, Meanings
from connectors.common.sql.query_log.fingerprint import Fingerprints
from connectors.common.sql.usage.shapes.counting import QueryShape, Users
from specs.contracts.parts.statements import StatementLineage, TableName
from specs.entities.usage import TOP, TOP_USERS, ColumnUse, Join, QueryUse

SHOWN_TEXT = 2000
"""Characters of a normalized statement that are stored."""
_WRITES = frozenset({"insert", "merge", "update", "delete", "copy", "create_table"})


@dataclass(slots=True)
class ObjectUse:
    """What the statements of a day did with one object."""

    queries: int = 0
    reads: int = 0
    writes: int = 0
    users: set[int] = field(default_factory=set)
    first: float = float("inf")
    last: float = float("-inf")
    columns: Counter[str] = field(default_factory=Counter)
    joins: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)
    shapes: list[QueryShape] = field(default_factory=list)


class ObjectUses:
    """Collects the uses of objects, by their FQNs."""

    def __init__(self) -> None:
        self.found: dict[str, ObjectUse] = {}

    def add(self, shape: QueryShape, answers: Iterable[StatementLineage], meanings: Meanings) -> bool:
        """Count what the statements of a shape do; returns whether they name an object of the catalog."""
        relations = _by_name(meanings)
        read, written, defined = set[str](), set[str](), set[str]()
        columns = set[tuple[str, str]]()
        joins = set[tuple[str, str, tuple[tuple[str, str], ...]]]()
        for answer in answers:
            read |= _fqns(relations, answer.sources)
            targets = [each for each in (answer.target, answer.renamed) if each is not None and not answer.temporary]
            (written if answer.kind in _WRITES else defined).update(_fqns(relations, targets))
            columns |= {(each.fqn, column) for name, column in answer.read for each in relations.get(name, ())}
            for joined in answer.joins:
                for left in relations.get(joined.left, ()):
                    for right in relations.get(joined.right, ()):
                        joins.add((left.fqn, right.fqn, tuple(sorted(joined.columns))))
                        turned = tuple(sorted((theirs, own) for own, theirs in joined.columns))
                        joins.add((right.fqn, left.fqn, turned))
        for fqn in sorted(read | written | defined):
            self._count(shape, fqn, fqn in read, fqn in written)
        for fqn, column in columns:
            if fqn in self.found:
                self.found[fqn].columns[column] += shape.count
        for own, other, pairs in joins:
            if own in self.found:
                self.found[own].joins[other, pairs] += shape.count
        return bool(read or written or defined)

    def _count(self, shape: QueryShape, fqn: str, read: bool, written: bool) -> None:
        use = self.found.setdefault(fqn, ObjectUse())
        use.queries += shape.count
        use.reads += shape.count if read else 0
        use.writes += shape.count if written else 0
        use.users |= shape.users
        use.first, use.last = min(use.first, shape.first), max(use.last, shape.last)
        use.shapes.append(shape)
        if len(use.shapes) > TOP * 10:
            use.shapes = nlargest(TOP, use.shapes, key=_rank)


def usage_fields(use: ObjectUse, users: Users, fingerprints: Fingerprints, day: date) -> dict[str, Any]:
    """The fields of a ``Usage`` that tell of one object's day."""
    return {
        "day": day,
        "queries": use.queries,
        "reads": use.reads,
        "writes": use.writes,
        "users": len(use.users) or None,
        "user_names": users.names(use.users) if len(use.users) <= TOP_USERS else (),
        "first_use": moment(use.first),
        "last_use": moment(use.last),
        "columns": tuple(ColumnUse(column=column, queries=count) for column, count in use.columns.items()),
        "top": tuple(_query(shape, fingerprints) for shape in nlargest(TOP, use.shapes, key=_rank)),
        "joins": tuple(
            Join(other=other, count=count, columns=pairs)
            for (other, pairs), count in nlargest(TOP, use.joins.items(), key=lambda each: (each[1], each[0]))
        ),
    }


def moment(time: float) -> datetime | None:
    """A time as an entity has it, to the second; ``None`` for none."""
    return None if time in (float("inf"), float("-inf")) else datetime.fromtimestamp(int(time), UTC)


def _query(shape: QueryShape, fingerprints: Fingerprints) -> QueryUse:
    mean = round(shape.total_ms / shape.timed, 3) if shape.timed else None
    text = fingerprints.of(shape.text).text[:SHOWN_TEXT]
    return QueryUse(sql=text, count=shape.count, users=len(shape.users) or None, mean_ms=mean)


def _rank(shape: QueryShape) -> tuple[int, str]:
    return shape.count, shape.text


def _by_name(meanings: Meanings) -> Mapping[TableName, tuple[KnownRelation, ...]]:
    """Relations by the names that answers may have for them: as it was said, and as the catalog has it."""
    known = {each.table: (each,) for relations in meanings.values() for each in relations}
    return known | {said: relations for said, relations in meanings.items() if relations}


def _fqns(relations: Mapping[TableName, tuple[KnownRelation, ...]], said: Iterable[TableName]) -> set[str]:
    return {each.fqn for name in said for each in relations.get(name, ())}
