"""The evidence about the server that a run reads: another server than before is refused, and with a server whose data
is behind nothing is proved to be gone."""

from __future__ import annotations

import json
from typing import Any

from specs.contracts.positions import SourcePosition
from specs.errors import Fatal
from workers.ledger.run import runs
from workers.store.statements import Statements

ACCEPT = "crawl with --accept-identity when that is right, else check the connection"


def identify(
    sql: Statements, run: str, identity: str, position: SourcePosition | None, accept: bool, settle: bool
) -> bool:
    """Compare a server with what is known of the service; returns whether its data is behind the furthest known
    position.

    Raises ``Fatal`` for another server and for one with another history; see ``specs.contracts.ledger``.
    """
    here, begun = sql.one("evidence", run=run), sql.one("evidence_of_run", run=run)
    if here is None or begun is None:  # the run was removed meanwhile
        return False
    first = begun.identity is None
    known = SourcePosition.load(here.position) if here.position else None
    replicas = json.loads(here.replicas)
    fresh = here.identity is None
    if not fresh and identity != here.identity and identity not in replicas:
        related = position is not None and known is not None and position.kin(known)
        if not related:
            _refuse(sql, run, here, identity, accept and first, begun.identity)
            related = position is not None and known is not None and not position.marks.keys().isdisjoint(known.marks)
        if related:  # another server of the same replication
            sql.do(
                "set_identity", service=here.service, identity=here.identity, replicas=json.dumps([*replicas, identity])
            )
        else:
            known, fresh = None, True
    elif not fresh and accept and first and (position is None or known is None or position.relate(known) != "same"):
        known = None  # the person accepts this server, so its position counts from now on
    if fresh:
        sql.do("set_identity", service=here.service, identity=identity, replicas="[]")
        known = None
    behind = _compare(sql, here.service, run, known, position, settle)
    if first:
        sql.do("set_run_identity", run=run, identity=identity)
    return behind


def _refuse(sql: Statements, run: str, here: Any, identity: str, accept: bool, begun: str | None) -> None:
    """Raise ``Fatal`` about another server than the service's, unless the person accepts it."""
    if accept:
        return
    remedy = _remedy(sql, run, here.service)
    if begun is not None and begun != identity:
        remedy = "this run has read the other one; a crawl begins a new one, with --accept-identity if that is right"
    what = f"the server is not the one that {here.service} was: it was {here.identity}, now it is {identity}"
    raise Fatal(what, here.service, remedy, reason="identity")


def _remedy(sql: Statements, run: str, service: str) -> str:
    """What to do about another server. Usually two sources were given one name, rarely has a service moved; a service
    of another type cannot have moved."""
    before = sql.one("type_before", run=run, service=service)
    if before is not None and before.service_type != runs.get(sql, run).service_type:
        return f"{service} is of type {before.service_type}: give this one a name of its own, with --name NAME"
    return "give it a name of its own, with --name NAME; only if the service moved there: --accept-identity"


def _compare(
    sql: Statements,
    service: str,
    run: str,
    known: SourcePosition | None,
    position: SourcePosition | None,
    settle: bool,
) -> bool:
    """Store the furthest position; returns whether this server is behind it. Raises ``Fatal`` for another history."""
    if position is None:
        if known is None:
            sql.do("set_position", service=service, position=None)
            return False
        return _behind(sql, run, settle, f"the server does not tell how far it is; {service} was at {known}")
    relation = "same" if known is None else position.relate(known)
    if relation == "other":
        what = f"the server has another history than {service}: it left it before {known} and is at {position}"
        raise Fatal(what, service, f"a promoted copy? {ACCEPT}", reason="history")
    if relation == "behind":
        kind = "standby" if position.standby else "server"
        return _behind(sql, run, settle, f"the {kind} is behind: it is at {position}, {service} was at {known}")
    if relation == "unclear":
        why = f"the server was promoted and does not tell where; it is at {position}, {service} was at {known}"
        sql.do("set_doubt", run=run, doubt=f"{why}; nothing counts as gone in this run")
    if known is None or position.dump() != known.dump():
        sql.do("set_position", service=service, position=position.dump())
    return False


def _behind(sql: Statements, run: str, settle: bool, why: str) -> bool:
    if settle:
        doubt = f"{why}; nothing counts as gone and newer descriptions stand; crawl again when it has caught up"
        sql.do("set_doubt", run=run, doubt=doubt)
    return True


def reached(sql: Statements, service: str, position: str) -> None:
    """Store the position of a server at the end of a unit, when it is further than the known one: the unit may have
    read changes up to there."""
    row = sql.one("position_of", service=service)
    if row is None or row.position is None or row.position == position:
        return
    known, found = SourcePosition.load(row.position), SourcePosition.load(position)
    if found.relate(known) == "same":
        sql.do("set_position", service=service, position=position)
