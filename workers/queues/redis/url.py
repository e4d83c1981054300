"""The URL of Redis in the one spelling that redis-py and Celery read alike; they differ in the parameters they know.

``redis://host/?db=2`` is database 2 for one of them and database 0 for the other, so that the hints and the queue of
one cluster would lie in two databases.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from specs.errors import UsageError, known_values

SETTING = "HEADRACE_REDIS"
REMEDY = f"write {SETTING}=redis://user:password@host:6379/0, or rediss:// for TLS"
PLACE = ("db", "username", "password")
"""Parameters that repeat a part of the URL; the canonical URL has that part instead."""
OTHER_WORDS = {"virtual_host": "db"}
"""Parameters of one client by the name that the other client knows."""
TLS = (
    "ssl_cert_reqs", "ssl_check_hostname", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_password"
)  # fmt: skip
"""Parameters of ``rediss://`` that both clients know by the same names."""
_WORDS = {"ssl_cert_reqs": ("none", "optional", "required"), "ssl_check_hostname": ("true", "false")}


def canonical(url: str) -> str:
    """``redis://user:password@host:port/db``, ``rediss://`` with ``ssl_...``, or ``unix://user:password@/path?db=n``.

    Raises ``UsageError`` for a text that is no such URL, names one thing twice differently, or has a parameter that one
    of the clients ignores; the message never contains a value, which may be a secret.
    """
    scheme, given = url.partition("://")[0], _parameters(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(f"{SETTING} is not the URL of a Redis", remedy=REMEDY) from None
    if scheme not in ("redis", "rediss", "unix") or parts.fragment:
        raise UsageError(f"{SETTING} is not the URL of a Redis", remedy=REMEDY)
    known = (*PLACE, *(TLS if scheme == "rediss" else ()))
    for name in given:
        if name.startswith("ssl_") and scheme != "rediss":
            raise UsageError(
                f"{SETTING} has {name}, but is no rediss:// URL", remedy="write rediss://, or leave it out"
            )
        if name not in known:
            raise known_values(f"{SETTING} has a parameter that is not supported:", name, known)
    user = _one("username", unquote(parts.username or ""), given)
    password = _one("password", unquote(parts.password or ""), given)
    number = _one("db", "" if scheme == "unix" else unquote(parts.path).strip("/"), given) or "0"
    if not (number.isascii() and number.isdigit()):
        raise UsageError(f"{SETTING} names no database of Redis: it is a number", remedy=REMEDY)
    secret = f":{quote(password, safe='')}" if password else ""
    who = f"{quote(user, safe='')}{secret}@" if user or secret else ""
    if scheme == "unix":
        if parts.hostname or not parts.path.strip("/"):
            raise UsageError(f"{SETTING} names no socket", remedy="write unix:///path/of/the.sock, with three slashes")
        return f"unix://{who}{parts.path}?db={int(number)}"
    query = urlencode({name: _word(name, given[name]) for name in TLS if name in given}, quote_via=quote)
    host = parts.hostname or "localhost"
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    return f"{scheme}://{who}{place}/{int(number)}" + (f"?{query}" if query else "")


def parameters(url: str) -> dict[str, str]:
    """The parameters of a canonical URL by name."""
    return dict(parse_qsl(urlsplit(url).query))


def _parameters(url: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        name = OTHER_WORDS.get(name, name)
        if found.setdefault(name, value) != value:
            raise UsageError(f"{SETTING} says {name} twice", remedy="keep one of them")
    return {name: value for name, value in found.items() if value}


def _one(name: str, before: str, given: dict[str, str]) -> str:
    """The value of ``name``: ``before`` from the parts of the URL, or the parameter. Raises ``UsageError`` when both
    are given and differ."""
    if before and given.get(name, before) != before:
        raise UsageError(f"{SETTING} says {name} twice, differently", remedy=f"write it before the ?, without &{name}=")
    return before or given.get(name, "")


def _word(name: str, value: str) -> str:
    """The value of a parameter in the spelling that both clients understand. Raises ``UsageError`` for other values."""
    if name not in _WORDS:
        return value
    word = value.lower().removeprefix("cert_")
    if name == "ssl_check_hostname":
        word = {"1": "true", "yes": "true", "0": "false", "no": "false"}.get(word, word)
    if word not in _WORDS[name]:
        raise known_values(f"{SETTING}: {name} cannot be", value, _WORDS[name])
    return word
