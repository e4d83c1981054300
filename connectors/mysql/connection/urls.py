"""What people write into MySQL URLs: parameters of this connector, of drivers in Python, and of other clients."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from specs.recipe.problems import nearest

FIELDS = frozenset({"unix_socket", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key"})
_NAMES = {
    "sslmode": "ssl_mode", "ssl_mode": "ssl_mode", "sslca": "ssl_ca", "sslcert": "ssl_cert", "sslkey": "ssl_key",
    "socket": "unix_socket",
}  # fmt: skip
_MODES = {"require": "required", "prefer": "preferred", "disable": "disabled", "true": "required", "false": "disabled"}
_YES, _NO = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_SWITCHES = {
    "ssl": ("required", "disabled"),
    "use_ssl": ("required", "disabled"),
    "usessl": ("required", "disabled"),
    "ssl_disabled": ("disabled", None),
    "ssl_verify_cert": ("verify_ca", None),
    "ssl_verify_identity": ("verify_identity", None),
    "ssl_check_hostname": ("verify_identity", None),
}
"""The mode that a switch stands for, on and off; the strictest one counts."""
_ORDER = ("disabled", "preferred", "required", "verify_ca", "verify_identity")
FOREIGN = frozenset(
    {
        "allowpublickeyretrieval", "auth_plugin", "autocommit", "autoreconnect", "binary_prefix", "characterencoding",
        "charset", "client_flag", "collation", "compress", "connect_timeout", "connecttimeout", "connection_limit",
        "connectiontimezone", "conn_max_age", "get_server_public_key", "init_command", "local_infile", "loc",
        "max_allowed_packet", "parsetime", "pool_timeout", "program_name", "raise_on_warnings", "read_default_file",
        "read_default_group", "read_timeout", "reconnect", "rewritebatchedstatements", "servertimezone",
        "socket_timeout", "sockettimeout", "sql_mode", "time_zone", "timeout", "tinyint1isbit", "use_pure",
        "use_unicode", "useunicode", "write_timeout", "zerodatetimebehavior",
    }
)  # fmt: skip
"""Parameters of other clients, without a meaning here, or which the crawl sets itself."""


def given(url: SplitResult) -> dict[str, Any]:
    """The settings that a URL holds. Raises ``ValueError`` for unknown parameters, several hosts, and no port."""
    host = url.netloc.rpartition("@")[2]
    if "," in host:
        raise ValueError("a URL of MySQL names one host; crawl the others as services of their own")
    try:
        port = url.port
    except ValueError:
        raise ValueError("what stands behind the host is no port") from None
    found: dict[str, Any] = {
        "host": unquote(url.hostname or ""),
        "port": port,
        "database": unquote(url.path.removeprefix("/")),
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
    }
    modes = []
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        word = name.replace("-", "_").lower()
        ours = _NAMES.get(word, word)
        if word in _SWITCHES:
            modes.append(_switched(name, word, value))
        elif ours == "ssl_mode":
            found["ssl_mode"] = _MODES.get(value.lower(), value.lower())
        elif ours in FIELDS:
            found[ours] = value
        elif word == "sslaccept":
            modes.append("verify_identity" if value == "strict" else "required")
        elif word not in FOREIGN:
            known = sorted({*FIELDS, *_SWITCHES, *FOREIGN})
            raise ValueError(f"unknown URL parameter {name!r}; {nearest(word, known)}")
    if "ssl_mode" not in found:
        found["ssl_mode"] = max(filter(None, modes), key=_ORDER.index, default=None)
    return {name: value for name, value in found.items() if value not in (None, "")}


def _switched(name: str, word: str, value: str) -> str | None:
    on, off = _SWITCHES[word]
    text = value.lower()
    if text.startswith("{"):  # a driver's own object, which asks for verification unless it says that it does not
        return "required" if '"rejectunauthorized":false' in text.replace(" ", "") else "verify_identity"
    if text in _YES or text in _NO:
        return on if text in _YES else off
    raise ValueError(f"{name} should be true or false")


def ignored(url: SplitResult) -> tuple[str, ...]:
    """The parameters that have no meaning here, or that the crawl sets itself."""
    return tuple(name for name, _ in parse_qsl(url.query) if name.replace("-", "_").lower() in FOREIGN)
