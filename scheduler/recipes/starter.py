"""Starter recipes: YAML with every setting explained, generated from the config models, so that it is never stale."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from specs.config import Limits
from specs.recipe.recipe import Deletion
from specs.service_spec import METADATA, ServiceSpec

ASKED = ("lineage",)
"""The parts that a starter asks for besides metadata: those that cost the source nothing."""
_KNOWN = {
    "host": "localhost",
    "username": "crawler",
    "user": "crawler",
    "database": "shop",
    "path": "shop.db",
    "url": "DIALECT+DRIVER://crawler@host/database",
}


def starter(
    type_: str, spec: ServiceSpec, name: str = "", *, short: bool = False, given: Mapping[str, Any] | None = None
) -> str:
    """A recipe for the connector that recipes call ``type_``. ``short`` leaves out what has a default.

    ``given`` are settings of the connection that are known, from a URL; without them there are samples to replace.
    """
    lines = [
        "service:",
        f"  name: {_scalar(name or f'my_{spec.name}')}" + _aside("the first part of every name in the catalog", short),
        f"  type: {_scalar(type_)}",
        "connection:",
        *_connection(spec, short, given),
    ]
    if not short:
        lines = [f"# Crawl one {spec.name} service. Test it with: headrace check FILE", *lines, *_defaults(spec)]
    return "\n".join(lines) + "\n"


def _defaults(spec: ServiceSpec) -> Iterator[str]:
    asked = [part for part in spec.parts if part in ASKED]
    if asked:
        yield "extract:"
        yield from (f"  {part}: true  # {_settings(spec, part) or 'or false'}" for part in asked)
    within = "  # " if asked else "#   "
    yield f"{within[:-1].rstrip()} Everything below is the default; uncomment what should differ."
    if not asked:
        yield "# extract:"
    for part in spec.parts:
        if part == METADATA:
            yield f"{within}metadata:"
            yield from (f"{within}  {line}" for line in _fields(spec.extract_model(part)))
        elif part not in asked:
            yield f"{within}{part}: false  # {_settings(spec, part) or 'or true'}"
    for title, model in (("limits", Limits), ("deletion", Deletion)):
        yield f"# {title}:"
        yield from (f"#   {line}" for line in _fields(model))
    yield "# sinks:"
    yield "#   - {type: jsonl, path: out.jsonl}  # besides the catalog: one entity a line"


def _settings(spec: ServiceSpec, part: str) -> str:
    """What may be written for a part besides what stands there."""
    settings = ", ".join(spec.extract_model(part).model_fields)
    return f"true, or settings: {settings}" if settings else ""


def _aside(text: str, short: bool) -> str:
    return "" if short else f"  # {text}"


def _connection(spec: ServiceSpec, short: bool, given: Mapping[str, Any] | None) -> Iterator[str]:
    fields = spec.config_class().model_fields
    required = {name for name, field in fields.items() if field.is_required()}
    secrets = {name for name, field in fields.items() if _secret(field)}
    samples = (required or _KNOWN.keys()) | (secrets & {"password"} or secrets)
    shown = samples if given is None else required | given.keys()
    for name, field in fields.items():
        if short and name not in shown:
            continue
        value = _scalar(given[name]) if given and name in given else _value(name, field, spec)
        prefix = "  " if name in shown else "  # "
        yield f"{prefix}{name}: {value}" + _aside(_meaning(field), short)


def _fields(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{name}: {_value(name, field, None)}  # {_meaning(field)}"


def _value(name: str, field: FieldInfo, spec: ServiceSpec | None) -> str:
    if spec is not None and _secret(field):
        return f'"${{env:{spec.name.upper()}_{name.upper()}}}"'
    if spec is not None and name in _KNOWN:
        return _KNOWN[name]
    if field.is_required():
        return "FILL_ME_IN"
    default: Any = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        default = default.model_dump(mode="json")
    return _scalar(default)


def _scalar(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_scalar(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][\w-]*", value) and yaml.safe_load(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation) or field.annotation is SecretStr


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())
