"""The shorthand ``headrace crawl postgresql://user:secret@host/db``: a recipe from a URL, without its password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from scheduler.recipes.urls.url_references import References
from specs import registry
from specs.errors import UsageError
from specs.recipe.problems import problems


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A recipe's data, the answers to its prompts by name, and lines that people should see."""

    data: dict[str, Any]
    secrets: dict[str, str]
    notices: list[str] = field(default_factory=list)


def translate(url: str, name: str | None = None) -> Shorthand:
    """Build a recipe's data from a URL. Raises ``UsageError`` for an unknown or wrong URL; its message never contains
    the URL's password."""
    references = References(url.removeprefix("jdbc:"))
    parts = _parts(references.url)
    spec = registry.by_url(parts.geturl())
    model = spec.config_class()
    try:
        config = model.from_url(parts)
    except ValidationError as error:
        what = "; ".join(map(str, problems(error, model)))
        raise UsageError(references.told(what), references.told(public(parts)), reason="url") from None
    except ValueError as error:
        raise UsageError(references.told(str(error)), references.told(public(parts)), reason="url") from None
    secrets: dict[str, str] = {}
    data = {
        "service": {
            "name": name or references.named(service_name(parts, spec.name, _port(config, parts))),
            "type": spec.name,
        },
        "connection": _plain(config, secrets, references),
    }
    ignored = ", ".join(dict.fromkeys(model.ignored(parts)))
    return Shorthand(data, secrets, [f"ignored in the URL: {ignored}"] if ignored else [])


def _parts(url: str) -> SplitResult:
    """The parts of a URL. Raises ``UsageError`` when it cannot be split, or one of several hosts does not look like a
    host name: then an unescaped ``@`` or ``,`` in the password was taken for a separator."""
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2]
        if "," in hosts and re.fullmatch(r"([\w.%-]*|\[[\w:.%]*\])(:\d*)?(,([\w.%-]*|\[[\w:.%]*\])(:\d*)?)*", hosts):
            return parts
        _ = parts.port
        if parts.netloc and "@" not in parts.netloc and "@" in parts.path + parts.fragment:
            raise ValueError("a password ended too early")
    except ValueError:
        remedy = "write TYPE://USER@HOST:PORT/DATABASE; in a password, @ is %40, / is %2F, ? is %3F and # is %23"
        raise UsageError("not a URL", remedy=remedy, reason="url") from None
    return parts


def public(url: SplitResult) -> str:
    """A URL for messages: without user, password and options."""
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


PLAIN = frozenset({"postgres", "sqlite"})
"""Connectors whose services are named without the connector's name."""


def service_name(url: SplitResult, type_: str = "postgres", port: int | None = None) -> str:
    """The name of a service from host, port and database: ``db_shop``; for a file its stem: ``shop``.

    Different servers get different names: the caller gives ``port`` when it is not the default of ``type_``, and the
    name begins with ``type_`` unless that is one of ``PLAIN``.

    >>> service_name(urlsplit("postgresql://me@db.example.org:5432/shop"))
    'db_example_org_shop'
    >>> service_name(urlsplit("postgresql://me@db:5433/shop"), port=5433)
    'db_5433_shop'
    >>> service_name(urlsplit("mysql://me@db/shop"), "mysql")
    'mysql_db_shop'
    >>> service_name(urlsplit("sqlite:///data/shop.db"), "sqlite")
    'shop'
    """
    path = PurePosixPath(unquote(url.path))
    kind = url.scheme.removeprefix("sqlalchemy+").partition("+")[0] if type_ == "sqlalchemy" else type_
    hosts = re.sub(r":\d*(?=,|$)", "", url.netloc.rpartition("@")[2])
    below = [part for part in path.parts if part != "/"] if hosts or port else [path.stem]
    words = [*([] if type_ in PLAIN else [kind]), hosts, str(port or ""), *below]
    name = "_".join(re.sub(r"\W+", "_", word).strip("_") for word in words if word)
    return name or url.scheme.partition("+")[0]


def _port(config: BaseModel, url: SplitResult) -> int | None:
    """The port of a server when it is not the default of its type, else ``None``."""
    field = type(config).model_fields.get("port")
    if field is None:
        return url.port if "," not in url.netloc else None
    found: int = getattr(config, "port")  # noqa: B009  (a field of some models)
    return found if found != field.default else None


def _plain(config: BaseModel, secrets: dict[str, str], references: References) -> dict[str, Any]:
    """The settings that differ from the defaults, as JSON values. A secret that is a reference stays; any other one is
    moved to ``secrets`` and becomes a prompt."""
    chosen = config.model_dump(mode="json", exclude_defaults=True)
    for name in list(chosen):
        value = getattr(config, name, None)
        if not isinstance(value, SecretStr):
            chosen[name] = references.restored(chosen[name])
        elif references.within(value.get_secret_value()):
            chosen[name] = references.restored(value.get_secret_value())
        else:
            secrets[name] = value.get_secret_value()
            chosen[name] = f"${{prompt:{name}}}"
    return chosen
