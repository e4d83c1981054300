"""Differences between dialects that no inspector shows: schemas of the system, and the spelling of schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_ALL = frozenset({"information_schema"})
SYSTEM: Mapping[str, frozenset[str]] = {
    "clickhouse": frozenset({"system"}),
    "clickhousedb": frozenset({"system"}),
    "cockroachdb": frozenset({"crdb_internal", "pg_catalog", "pg_extension"}),
    "db2": frozenset({"nullid", "sqlj"}),
    "doris": frozenset({"__internal_schema", "mysql"}),
    "duckdb": frozenset({"pg_catalog"}),
    "exa": frozenset({"exa_statistics", "sys"}),
    "hana": frozenset({"sys", "system"}),
    "ibm_db_sa": frozenset({"nullid", "sqlj"}),
    "mariadb": frozenset({"mysql", "performance_schema", "sys"}),
    "mssql": frozenset(
        {
            "db_accessadmin", "db_backupoperator", "db_datareader", "db_datawriter", "db_ddladmin", "db_denydatareader",
            "db_denydatawriter", "db_owner", "db_securityadmin", "sys",
        }
    ),
    "mysql": frozenset({"mysql", "performance_schema", "sys"}),
    "netezza": frozenset({"_v_sys", "definition_schema"}),
    "oracle": frozenset(
        {
            "anonymous", "appqossys", "audsys", "ctxsys", "dbsfwuser", "dbsnmp", "dip", "dvf", "dvsys", "ggsys",
            "gsmadmin_internal", "gsmcatuser", "gsmrootuser", "gsmuser", "lbacsys", "mddata", "mdsys", "ojvmsys",
            "olapsys", "oracle_ocm", "orddata", "ordplugins", "ordsys", "outln", "remote_scheduler_agent",
            "si_informtn_schema", "sys", "sys$umf", "sysbackup", "sysdg", "syskm", "sysrac", "system", "wmsys", "xdb",
            "xs$null",
        }
    ),
    "postgresql": frozenset({"pg_catalog", "pg_toast"}),
    "redshift": frozenset({"catalog_history", "pg_automv", "pg_auto_copy", "pg_catalog", "pg_internal", "pg_toast"}),
    "starrocks": frozenset({"_statistics_", "sys"}),
    "teradatasql": frozenset({"dbc", "sysadmin", "syslib", "systemfe", "sysudtlib", "tdstats", "td_sysfnlib"}),
    "vertica": frozenset({"v_catalog", "v_internal", "v_monitor", "v_txtindex"}),
}  # fmt: skip
"""Schemas of the system besides ``information_schema``, in lower case."""
_PREFIXES = {"db2": r"sys(?!$)", "ibm_db_sa": r"sys(?!$)", "hana": r"_sys_", "postgresql": r"pg_(toast_)?temp_"}
_INNER = re.compile(r"\.inner(_id)?\.")
"""Tables that ClickHouse makes for materialized views."""


def system_schema(dialect: str, name: str) -> bool:
    """Whether a schema is the source's own.

    >>> system_schema("mysql", "sys"), system_schema("postgresql", "sys")
    (True, False)
    """
    lower = name.lower()
    pattern = _PREFIXES.get(dialect)
    return lower in _ALL | SYSTEM.get(dialect, frozenset()) or bool(pattern and re.match(pattern, lower))


def inner_table(dialect: str, name: str) -> bool:
    """Whether a table is the store of another object that is listed itself."""
    return dialect.startswith("clickhouse") and _INNER.match(name) is not None


def ours(dialect: str, names: Iterable[str], database: str) -> list[str]:
    """Our names of the schemas that a dialect lists.

    Dialects of DuckDB list the schemas of all databases as ``database.schema``; those of the one that is crawled count.

    >>> ours("duckdb", ["shop.main", "system.main"], "shop")
    ['main']
    """
    if dialect != "duckdb":
        return list(names)
    found = [re.fullmatch(r'(?:(?P<database>"[^"]*"|[^".]*)\.)?(?P<schema>.+)', name) for name in names]
    return [
        each["schema"].strip('"') for each in found if each and (each["database"] or database).strip('"') == database
    ]  # fmt: skip


def theirs(dialect: str, name: str, database: str) -> str:
    """The dialect's spelling of a schema of ours."""
    if dialect != "duckdb":
        return name
    return ".".join(each if re.fullmatch(r"\w+", each) else f'"{each}"' for each in (database, name))
