"""A small, fixed tree of units for the machine: what each unit emits, so that the end of any history is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specs.contracts.work import Batch, Claim, Unit, unit_id
from specs.service_spec import METADATA
from specs.testing.ledger.harness import FINISHED, UnitFacts, batch
from specs.topology.events import Start
from specs.topology.scope import Scope

CHILDREN: dict[int, dict[int, tuple[str, ...]]] = {0: {0: ("c", "b"), 1: ("c", "a")}, 1: {0: ("x",), 1: ("y", "x")}}
"""By depth and step: the names of the child units that the step's batch brings; some of them come again."""
BARREN = "c"
"""A unit of this name has no children, so that its post_process comes right behind its walk."""
LATER = "later"
"""Where the other part of the run begins, so that nothing it stores has a name of the metadata."""


def root(service: str) -> Start:
    return Start("service", Scope.of(service), [service, service, {}, None])


def later(service: str) -> Start:
    """The root of another part, whose units are held until those of the metadata are finished."""
    return Start("service", Scope.of(service, LATER), [LATER, LATER, {}, None], part="usage")


def may_begin(unit: Unit, units: Sequence[UnitFacts]) -> bool:
    """Whether a unit may be claimed now: one of another part when all units of the metadata are finished."""
    if unit.start.part == METADATA:
        return True
    above = {each.id: each.parent for each in units}
    first = unit_id(unit.run, later(unit.service))
    return all(each.state in FINISHED for each in units if _root(each.id, above) != first)


def _root(unit: str, above: Mapping[str, str | None]) -> str:
    parent = above[unit]
    return unit if parent is None else _root(parent, above)


def steps(depth: int) -> int:
    """How many batches a unit of this depth has."""
    return 3 - depth


def posts(depth: int) -> bool:
    return depth < 2


def at(claim: Claim) -> int:
    """The step that a claim has to begin with."""
    return int(claim.cursor[1] or 0) + 1 if claim.cursor else 0


def emit(claim: Claim, step: int, seq: int) -> Batch:
    """The batch of one step; the last one is final."""
    unit = claim.unit
    if unit.phase == "post":
        return batch(claim, seq, _post(unit), cursor=("b", "0"), done=True)
    children = [
        Start("schema", unit.start.scope.child(name), [name, name, {}, None], part=unit.start.part)
        for name in _children(unit.start.scope, unit.depth, step)
    ]
    last = step == steps(unit.depth) - 1
    row = f"{unit.start.scope.fqn}.t{step}"
    return batch(
        claim, seq, row, cursor=("b", str(step)), children=children, done=last, post=last and posts(unit.depth)
    )


def _children(scope: Scope, depth: int, step: int) -> tuple[str, ...]:
    return () if scope.name == BARREN else CHILDREN.get(depth, {}).get(step, ())


def last(claim: Claim, step: int) -> bool:
    return claim.unit.phase == "post" or step == steps(claim.unit.depth) - 1


def _post(unit: Unit) -> str:
    return f"{unit.start.scope.fqn}.post"


def everything(service: str) -> set[str]:
    """All FQNs that the tree stores when no unit fails."""
    found: set[str] = set()
    pending = [(Scope.of(service), 0), (later(service).scope, 0)]
    while pending:
        scope, depth = pending.pop()
        found |= {f"{scope.fqn}.t{step}" for step in range(steps(depth))}
        if posts(depth):
            found.add(f"{scope.fqn}.post")
        for step in range(steps(depth)):
            pending += [(scope.child(name), depth + 1) for name in _children(scope, depth, step)]
    return found
