"""Options of foreign servers and what is below them: shown where they are known to be harmless, masked otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"

_WORDS = (
    "host hostaddr port dbname database servername server user username schema schema_name table table_name "
    "column_name filename format header delimiter quote escape null encoding on_error reject_limit "
    "use_remote_estimate fdw_startup_cost fdw_tuple_cost fetch_size batch_size async_capable parallel_commit "
    "parallel_abort analyze_sampling updatable truncatable keep_connections extensions sslmode connect_timeout "
    "application_name client_encoding target_session_attrs protocol driver dsn_name readonly read_only seq_page_cost "
    "random_page_cost effective_io_concurrency maintenance_io_concurrency"
)
_HARMLESS = frozenset(_WORDS.split())
"""Names of options whose values are no secrets, of the wrappers in use and of tablespaces."""
_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")


def shown(name: str, value: str) -> str:
    """The value of an option that is known to be harmless, else ``***``; a password inside a URL is always masked."""
    if name.lower() not in _HARMLESS:
        return HIDDEN
    return _USERINFO.sub(f"{HIDDEN}@", value)


def read(options: Iterable[str] | None) -> dict[str, str]:
    """``name=value`` texts as the catalog has them.

    >>> read(["host=db", "password=x"])
    {'host': 'db', 'password': '***'}
    """
    pairs = (option.partition("=")[::2] for option in options or ())
    return {name: shown(name, value) for name, value in pairs}
