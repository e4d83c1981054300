"""Names are looked up in sets, each once, and what is kept of them is bounded."""

from __future__ import annotations

from connectors.common.sql.lineage.naming import NamingRules
from connectors.common.sql.lineage.relations import KnownRelations
from specs.contracts.parts.statements import TableName
from specs.testing.resolver import MemoryResolver
from tests.connectors.common.sql.lineage.estate import service, table


def named(*names: str) -> list[TableName]:
    return [TableName("db", "main", name) for name in names]


def test_a_set_takes_one_question_per_level() -> None:
    resolver = MemoryResolver.of([*service(), *(table(f"svc.db.main.t{at}") for at in range(50))])
    known = KnownRelations(resolver, "svc", NamingRules())
    wanted = named(*(f"t{at}" for at in range(60)))
    found = known.meanings(wanted)
    assert resolver.asked == 3
    assert [len(found[each]) for each in wanted] == [1] * 50 + [0] * 10
    assert known.meanings(reversed(wanted)) == found
    assert resolver.asked == 3, "they are kept"
    known.clear()
    known.meanings(wanted[:1])
    assert resolver.asked == 6


def test_full_answers_are_asked_on() -> None:
    resolver = MemoryResolver.of([*service(), *(table(f"svc.db.main.t{at}") for at in range(9))])
    resolver.most = 1
    found = KnownRelations(resolver, "svc", NamingRules()).meanings(named(*(f"t{at}" for at in range(9))))
    assert [relations[0].fqn for relations in found.values()] == [f"svc.db.main.t{at}" for at in range(9)]


def test_what_is_kept_is_bounded() -> None:
    resolver = MemoryResolver.of([*service(), *(table(f"svc.db.main.t{at}") for at in range(9))])
    known = KnownRelations(resolver, "svc", NamingRules(), most=2000)
    for name in named(*(f"t{at}" for at in range(9))):
        known.meanings([name])
    before = resolver.asked
    known.meanings(named("t8"))
    assert resolver.asked == before
    known.meanings(named("t0"))
    assert resolver.asked == before + 3


def test_containers_fold_their_case_too() -> None:
    resolver = MemoryResolver.of([*service(), table("svc.db.main.T")])
    said = TableName("DB", "Main", "t")
    assert [each.table for each in KnownRelations(resolver, "svc", NamingRules()).meanings([said])[said]] == [
        TableName("db", "main", "T")
    ]
    assert KnownRelations(resolver, "svc", NamingRules(folded=False)).meanings([said])[said] == ()
