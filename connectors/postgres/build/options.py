"""Options as the catalog has them: texts of a name, an equals sign and a value."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SECRET = re.compile("pass|secret|token|key|credential", re.IGNORECASE)


def options(texts: Iterable[str] | None) -> dict[str, str]:
    """Names to values; of what looks like a secret there is only that it is set."""
    pairs = (text.partition("=") for text in texts or ())
    return {name: "***" if _SECRET.search(name) else value for name, _, value in pairs}


def settings(texts: Iterable[str] | None) -> dict[str, str]:
    """The same for settings of the server, whose own names hold no secrets: only those of applications have a dot."""
    found = options(text for text in texts or () if "." in text.partition("=")[0])
    return found | dict(text.partition("=")[::2] for text in texts or () if "." not in text.partition("=")[0])
