"""The shorthand ``headrace crawl postgresql://user:secret@host/db``: a recipe from a URL, its password kept aside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from specs import registry
from specs.errors import Usage
from specs.problems import problems
from specs.secrets import escape


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A recipe's data, and the secrets that its prompts refer to."""

    data: dict[str, Any]
    secrets: dict[str, str]


def translate(url: str, name: str | None = None) -> Shorthand:
    """Build a recipe's data from a URL. Raises ``Usage``, which never shows the URL's password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Usage("not a URL", remedy="write TYPE://USER@HOST:PORT/DATABASE", reason="url") from None
    spec = registry.by_url(url)
    model = spec.config_class()
    try:
        config = model.from_url(parts)
    except ValidationError as error:
        raise Usage("; ".join(map(str, problems(error, model))), public(parts), reason="url") from None
    except ValueError as error:
        raise Usage(str(error), public(parts), reason="url") from None
    secrets: dict[str, str] = {}
    connection = _plain(config, secrets)
    return Shorthand(
        {"service": {"name": name or service_name(parts), "type": spec.name}, "connection": connection}, secrets
    )


def public(url: SplitResult) -> str:
    """A URL as people may see it: without user, password and options."""
    host = url.hostname or ""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{host}{port}{url.path}"


def service_name(url: SplitResult) -> str:
    """A name from host and database: ``db_shop``; from a file its stem: ``shop``.

    >>> service_name(urlsplit("postgresql://me@db.example.org:5432/shop"))
    'db_example_org_shop'
    >>> service_name(urlsplit("sqlite:///data/shop.db"))
    'shop'
    """
    path = PurePosixPath(unquote(url.path))
    words = [url.hostname, *[part for part in path.parts if part != "/"]] if url.hostname else [path.stem]
    name = "_".join(re.sub(r"\W+", "_", word).strip("_") for word in words if word)
    return name or url.scheme.partition("+")[0]


def _plain(config: BaseModel, secrets: dict[str, str]) -> dict[str, Any]:
    """The settings that differ from the defaults, JSON-able, secrets moved aside."""
    chosen = config.model_dump(mode="json", exclude_defaults=True)
    for name in list(chosen):
        value = getattr(config, name, None)
        if isinstance(value, SecretStr):
            secrets[name] = value.get_secret_value()
            chosen[name] = f"${{prompt:{name}}}"
        elif isinstance(chosen[name], str):
            chosen[name] = escape(chosen[name])
    return chosen
