"""What a crawl would do: its units, statements and objects, and what every filter keeps and drops. Reads no objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from scheduler.app.catalog.usability import missing
from scheduler.app.idle_filters import IdleFilters
from specs.errors import HeadraceError, Stop
from specs.names import split
from specs.recipe.recipe import Recipe
from specs.service_spec import METADATA
from specs.sources.base import Along, Source
from specs.topology.engine import expand
from specs.topology.events import Covered, Reported, Spawned, Start
from specs.topology.listing import checked
from specs.topology.node import Item, Node, Outcome, Topology
from specs.topology.outcomes import reported
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from workers.unit.source.sources import build

SLICE = 1000
SAMPLES = 3
"""Names shown per rule."""


@dataclass(slots=True)
class PlannedUnit:
    """One unit. ``objects`` are the kept ones listed by it; ``statements`` is what reading them takes: the names, and
    the facets once per slice. Logging in comes on top."""

    node: str
    scope: str
    after: str | None
    until: str | None
    objects: int = 0
    statements: int = 0
    part: str = METADATA


@dataclass(slots=True)
class PlanTally:
    """One entity type: listed = kept + filtered + failed."""

    listed: int = 0
    kept: int = 0
    filtered: int = 0
    failed: int = 0


@dataclass(slots=True)
class Rule:
    """What one filter rule drops; ``samples`` are the first few names."""

    type: str
    rule: str
    count: int = 0
    samples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """The whole plan. ``idle_filters`` are patterns that make no difference. ``spent`` are the statements that planning
    itself sent to the source. ``later`` are parts that read a catalog which does not exist yet."""

    service: str
    type: str
    units: list[PlannedUnit] = field(default_factory=list)
    entities: dict[str, PlanTally] = field(default_factory=dict)
    filters: list[Rule] = field(default_factory=list)
    idle_filters: list[str] = field(default_factory=list)
    incomplete: list[dict[str, str]] = field(default_factory=list)
    statements: int = 0
    rows: int = 0
    spent: int = 0
    later: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[str]:
        """The parts that have units, in the order in which they are walked."""
        return list(dict.fromkeys(unit.part for unit in self.units))

    def as_json(self, units: int | None = None) -> dict[str, Any]:
        """With all units in their order, or the ``units`` largest. Units and scopes tell their part where there is
        another one than metadata."""
        found = asdict(self)
        if not self.later:
            del found["later"]
        for each in (*found["units"], *found["incomplete"]) if self.parts == [METADATA] else ():
            del each["part"]
        if units is not None:
            found["units"] = sorted(found["units"], key=lambda unit: -unit["objects"])[:units]
        return found


def plan(recipe: Recipe, secrets: Mapping[str, str], catalog: str = "") -> Plan:
    """Plan a crawl of a recipe. What reads the catalog is planned by what ``catalog``, a URL, holds now.

    Raises ``UsageError`` for a mistake in the recipe's connection, and what the source and the catalog raise.
    """
    sources = {part: build(recipe, secrets, part=part) for part in recipe.parts}
    try:
        with _resolved([each for each in sources.values() if not each.remote], catalog):
            return make(sources, recipe.service.name, recipe.service.type)
    finally:
        for source in sources.values():
            source.close()


@contextmanager
def _resolved(sources: list[Source], catalog: str) -> Iterator[None]:
    """Let these sources ask the catalog, where there is one."""
    if not sources or not catalog or missing(catalog):
        yield
        return
    from workers.catalog.questions.resolver import CatalogResolver
    from workers.store.database import open_database

    with open_database(catalog, create=False) as db:
        for source in sources:
            source.resolver = CatalogResolver(db)
        yield


def make(sources: Mapping[str, Source], service: str, type_: str) -> Plan:
    """Plan a whole crawl; ``sources`` are those of its parts, in the order in which these are walked.

    Raises what a source raises when it cannot be reached at all.
    """
    plan = Plan(service, type_)
    for part, source in sources.items():
        if source.remote or source.resolver is not None:
            _plan(plan, source, part)
        else:
            plan.later.append(part)
    plan.statements = sum(unit.statements for unit in plan.units)
    plan.rows = sum(tally.kept for tally in plan.entities.values())
    return plan


def _plan(plan: Plan, source: Source, part: str) -> None:
    """Add what one part does."""
    topology: Topology[Source] = source.topology
    planner = _Planner(source, topology, plan, part)
    planner.count(topology.root.type)
    planner.unit(Start.root(topology.root.name, plan.service, part))
    plan.filters += sorted(planner.rules.values(), key=lambda rule: (rule.type, -rule.count, rule.rule))
    if not plan.incomplete and part == METADATA:
        plan.idle_filters = planner.idle.rules({rule for _, rule in planner.rules})
    plan.spent += source.statements


class _Planner:
    def __init__(self, source: Source, topology: Topology[Source], plan: Plan, part: str) -> None:
        self.source, self.topology, self.plan, self.part = source, topology, plan, part
        self.rules: dict[tuple[str, str], Rule] = {}
        self.idle = IdleFilters(source.extract)

    def count(self, type_: str, kind: str = "kept", n: int = 1) -> None:
        if not type_:  # a passage: its part counts it
            return
        tally = self.plan.entities.setdefault(type_, PlanTally())
        tally.listed += n
        setattr(tally, kind, getattr(tally, kind) + n)

    def unit(self, start: Start) -> None:
        """Plan one unit and everything below it."""
        node = self.topology.nodes[start.node]
        unit = PlannedUnit(node.name, start.scope.fqn, start.range.after, start.range.until, part=self.part)
        self.plan.units.append(unit)
        kept: Counter[str] = Counter()
        if start.item is not None:
            self.below(node, start.scope, start, kept)
        elif node.unit:
            unit.statements += int(self.source.remote)
            for name in self.names(node, start.scope, start.range):
                self.below(node, start.scope.child(name), None, kept)
        else:
            self.leaves(node, start.scope, start.range, kept)
        unit.objects = sum(kept.values())
        for name, objects in kept.items():
            listing, each = self.source.listing_statements(name, objects), self.source.object_statements(name)
            unit.statements += listing + _facets(self.source.facets(name), objects) + each * objects

    def below(self, node: Node[Source], scope: Scope, start: Start | None, kept: Counter[str]) -> None:
        """What lies below one item; ``start`` when the item is a unit of its own, which spawns units."""
        spawned = self.spawn(node, start, kept) if start is not None else set()
        for child in node.children:
            if child.name in spawned or (start is not None and child.unit):
                continue
            if child.children:
                for name in self.names(child, scope, EVERYTHING):
                    self.count(child.type)
                    self.below(child, scope.child(name), None, kept)
            else:
                self.leaves(child, scope, EVERYTHING, kept)

    def spawn(self, node: Node[Source], start: Start, kept: Counter[str]) -> set[str]:
        """Plan the units that a unit spawns. Returns the nodes that are covered by them."""
        covered: set[str] = set()
        children: list[Start] = []
        kept.update({child.name: 0 for child in node.children if child.unit and child.passage})
        for event in expand(self.source, self.topology, start):
            if isinstance(event, Spawned):
                covered.add(event.start.node)
                self.count(event.type, n=len(event.fqns))
                for fqn in event.fqns if self.idle.waits(event.type) else ():
                    self.idle.kept(event.type, split(fqn)[-1])
                children.append(event.start)
            elif isinstance(event, Reported):
                self.outcome(event.outcome)
            elif isinstance(event, Covered):
                kept[event.coverage.node] += 0
                if event.coverage.error:
                    self.fail(event.coverage.scope, event.coverage.node, event.coverage.error)
        for child in children:
            self.unit(child)
        return covered

    def leaves(self, node: Node[Source], scope: Scope, span: KeyRange, kept: Counter[str]) -> None:
        if not self.source.lists(node.name):
            return
        found, along = 0, Counter[str]()
        for item in self.items(node, scope, span):
            found += 1
            if isinstance(item.data, Along):
                along.update(item.data.counts)
        kept[node.name] += found
        for type_, n in {node.type: found, **along}.items():
            self.count(type_, n=n)

    def names(self, node: Node[Source], scope: Scope, span: KeyRange) -> Iterator[str]:
        return (item.name for item in self.items(node, scope, span))

    def items(self, node: Node[Source], scope: Scope, span: KeyRange) -> Iterator[Item]:
        """The kept items of a listing; what is filtered is counted, a listing that fails is incomplete."""
        try:
            for produced, again in checked(node, scope, self.source.preview(node.name, scope, span)):
                if again is not None and not node.unit:
                    self.left_out(node, scope, again)
                if isinstance(produced, Outcome):
                    if not node.unit:
                        self.left_out(node, scope, produced)
                else:
                    self.idle.kept(node.type, produced.name)
                    yield produced
        except Stop as error:
            self.fail(scope, node.name, str(error))
        except HeadraceError:
            raise

    def left_out(self, node: Node[Source], scope: Scope, outcome: Outcome) -> None:
        """What the walk tells of a listed object that it does not go into."""
        for event in reported(node, scope, outcome):
            if isinstance(event, Reported):
                self.outcome(event.outcome)
            else:
                self.fail(scope, node.name, event.coverage.error or "")

    def outcome(self, outcome: Outcome) -> None:
        if outcome.kind != "filtered":
            self.count(outcome.type, "failed")
            return
        self.count(outcome.type, "filtered")
        rule = self.rules.setdefault((outcome.type, outcome.reason), Rule(outcome.type, outcome.reason))
        rule.count += 1
        if len(rule.samples) < SAMPLES:
            rule.samples.append(outcome.fqn)

    def fail(self, scope: Scope, node: str, error: str) -> None:
        self.plan.incomplete.append({"part": self.part, "scope": scope.fqn, "node": node, "reason": error})


def _facets(per_slice: int, objects: int) -> int:
    """Statements behind a listing: per slice, or per object where a source sends more than one for each object."""
    if per_slice < SLICE:
        return per_slice * -(-objects // SLICE)
    return -(-per_slice * objects // SLICE)
