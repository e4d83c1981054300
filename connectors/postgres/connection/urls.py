"""What people write into PostgreSQL URLs: libpq's parameters, and those of other clients."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from specs.recipe.problems import nearest

_NAMES = {"dbname": "database", "user": "username"}
_FIELDS = frozenset(
    {"database", "username", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword"}
)
LIBPQ = frozenset(
    {
        "channel_binding", "gssdelegation", "gssencmode", "gsslib", "hostaddr", "krbsrvname", "load_balance_hosts",
        "max_protocol_version", "min_protocol_version", "options", "passfile", "require_auth", "requirepeer", "service",
        "servicefile", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcertmode", "sslcompression",
        "sslcrldir", "sslnegotiation", "sslsni", "target_session_attrs",
    }
)  # fmt: skip
"""Parameters that are handed to libpq as they are."""
OURS = frozenset(
    {
        "application_name", "client_encoding", "connect_timeout", "fallback_application_name", "keepalives",
        "keepalives_count", "keepalives_idle", "keepalives_interval", "replication", "tcp_user_timeout",
    }
)  # fmt: skip
"""Parameters of libpq that the crawl sets itself."""
FOREIGN = frozenset(
    {
        "applicationname", "async_fallback", "autocommit", "autosave", "command_timeout", "connection_limit",
        "currentschema", "loggerlevel", "logintimeout", "pgbouncer", "pool_max_conns", "pool_timeout",
        "prepared_statement_cache_size", "preparethreshold", "rewritebatchedinserts", "schema", "server_settings",
        "socket_timeout", "sockettimeout", "sslaccept", "sslfactory", "sslidentity", "statement_cache_size",
        "stringtype", "supa", "targetservertype", "tcpkeepalive", "timezone", "use_native_hstore", "workaround",
    }
)  # fmt: skip
"""Parameters of other clients, without a meaning here."""
_SSL = {"true": "require", "1": "require", "on": "require", "false": "disable", "0": "disable", "off": "disable"}


def given(url: SplitResult) -> dict[str, Any]:
    """The settings that a URL holds. Raises ``ValueError`` for unknown parameters and for what is no port.

    Several hosts are ``h1:5432,h2:5433``, or ``?host=h1&host=h2``.
    """
    found: dict[str, Any] = {
        "database": unquote(url.path.removeprefix("/")),
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
    }
    hosts = _pairs(url.netloc.rpartition("@")[2])
    named: dict[str, list[str]] = {"host": [], "port": []}
    libpq = {}
    for key, value in parse_qsl(url.query):
        if key in named:
            named[key] += value.split(",")
        elif _NAMES.get(key, key) in _FIELDS:
            found[_NAMES.get(key, key)] = value
        elif key in LIBPQ:
            libpq[key] = value
        elif key == "ssl":
            found["sslmode"] = _SSL.get(value.lower(), value)
        elif key not in OURS and key.lower() not in FOREIGN:
            known = {"host", "port", "dbname", "user", *_FIELDS, *LIBPQ, *OURS} - set(_NAMES.values())
            raise ValueError(f"unknown parameter {key!r} in the URL; {nearest(key, known)}")
    if named["host"]:
        hosts = [pair for each in named["host"] for pair in _pairs(each)]
    ports = named["port"] or [port for _, port in hosts]
    if len(ports) == 1:
        ports *= len(hosts) or 1
    if len(hosts) > 1 and len(ports) != len(hosts):
        raise ValueError(f"{len(hosts)} hosts, but {len(ports)} ports")
    if len(hosts) > 1:
        found["host"] = ",".join(f"{host}:{port or 5432}" for (host, _), port in zip(hosts, ports, strict=True))
    else:
        found["host"] = hosts[0][0] if hosts else ""
        found["port"] = ports[0] if ports else ""
    if libpq:
        found["libpq"] = libpq
    return {key: value for key, value in found.items() if value not in (None, "")}


def ignored(url: SplitResult) -> tuple[str, ...]:
    """The parameters that have no meaning here, or that the crawl sets itself."""
    return tuple(key for key, _ in parse_qsl(url.query) if key in OURS or key.lower() in FOREIGN)


def _pairs(text: str) -> list[tuple[str, str]]:
    """``h1:5432,[::1],/run`` as hosts and ports. An address may stand without brackets where it has no port."""
    found = []
    for each in text.split(",") if text else ():
        parts = re.fullmatch(r"\[(?P<v6>[^\]]*)\](?::(?P<p6>\d*))?|(?P<host>[^:]*)(?::(?P<port>\d*))?", each)
        if parts is None:
            raise ValueError("what stands behind the host is no port")
        v6 = parts["v6"] is not None
        found.append((unquote(parts["v6"] if v6 else parts["host"]), (parts["p6"] if v6 else parts["port"]) or ""))
    return found
