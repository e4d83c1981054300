"""What the lineage of views and that of bodies have in common: the names in answers, and the columns that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from connectors.common.sql.lineage.relations import KnownRelation, Meanings
from specs import names
from specs.contracts.parts.statements import SourceColumn, TableName
from specs.entities.construction import trusted
from specs.entities.lineage import ColumnSource

PARTLY = 0.5
"""The confidence of what was understood in part, of one among several objects that a name fits, and of an edge that the
source's own catalog does not record."""
Relations = Mapping[TableName, tuple[KnownRelation, ...]]
"""Relations by the names that answers have for them."""


def by_name(meanings: Meanings) -> Relations:
    """Relations as names were said, and as the catalog has them: answers may have either."""
    known = {each.table: (each,) for relations in meanings.values() for each in relations}
    return known | {said: relations for said, relations in meanings.items() if relations}


def ambiguous(meanings: Meanings) -> set[str]:
    """The FQNs of relations that share a name with another one."""
    return {each.fqn for relations in meanings.values() if len(relations) > 1 for each in relations}


def sources(found: Iterable[SourceColumn], relations: Relations) -> tuple[ColumnSource, ...]:
    """The columns of the catalog that an answer names, each once; those of unknown relations are left out."""
    told = {
        (relation.fqn, each.column, each.transformation): None
        for each in found
        for relation in relations.get(each.table, ())
    }
    return tuple(
        trusted(ColumnSource, {"source": source, "column": column, "transformation": transformation})
        for source, column, transformation in told
    )


def written(name: TableName) -> str:
    """A name that fits nothing, as people read it."""
    return names.build(*filter(None, name)) if any(name) else '""'


def text_hash(text: str) -> str:
    """The hash of a text, in hexadecimal."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
