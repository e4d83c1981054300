"""The position of a MySQL or MariaDB server: the transactions (GTIDs) that it has executed or replicated."""

from __future__ import annotations

import re

from connectors.mysql.driver.driver import MysqlDriver
from specs.contracts.positions import SourcePosition

_MARIADB = "SELECT @@global.gtid_binlog_state, @@global.gtid_current_pos, @@global.gtid_slave_pos"
_MYSQL = "SELECT @@global.gtid_executed, @@global.server_uuid, @@global.read_only"
_SOURCE = re.compile(r"([0-9a-f-]{36}(?::[a-z_]\w*)?)((?::\d+(?:-\d+)?)+)")


def position(driver: MysqlDriver) -> SourcePosition | None:
    """Where the server is right now; ``None`` where it numbers no transactions (no binary log, ``gtid_mode=OFF``)."""
    if driver.mariadb:
        logged, current, followed = (str(value or "") for value in driver.fetch(_MARIADB)[0])
        marks = domains(current)
        return SourcePosition(marks, standby=bool(followed), writers=writers(logged)) if marks else None
    executed, own, read_only = driver.fetch(_MYSQL)[0]
    marks = sources(str(executed or ""))
    if read_only:  # transactions written directly into a replica exist on no other server
        marks = {source: mark for source, mark in marks.items() if not source.startswith(str(own))}
    return SourcePosition(marks, standby=bool(read_only), unique=True) if marks else None


def domains(gtids: str) -> dict[str, int]:
    """MariaDB's ``0-1-100,5-2-7`` (domain, server, number): the number of the last transaction of each domain."""
    found: dict[str, int] = {}
    for each in filter(None, gtids.split(",")):
        domain, _, number = each.strip().split("-")
        found[domain] = max(found.get(domain, 0), int(number))
    return found


def writers(gtids: str) -> dict[str, dict[str, int]]:
    """The last number of each server in each domain, from what MariaDB has in its binary log: ``0-1-90,0-2-100``."""
    found: dict[str, dict[str, int]] = {}
    for each in filter(None, gtids.split(",")):
        domain, server, number = each.strip().split("-")
        found.setdefault(domain, {})[server] = int(number)
    return found


def sources(gtids: str) -> dict[str, int]:
    """MySQL's ``uuid:1-90:95-100,uuid:tag:1-5``: up to which number all transactions of each source are there."""
    found: dict[str, int] = {}
    for source, intervals in _SOURCE.findall("".join(gtids.lower().split())):
        first, _, last = intervals.split(":")[1].partition("-")
        found[source] = int(last or first) if int(first) == 1 else 0
    return found
