"""Where a run's result goes besides the catalog: sink types by name, each with a model of its settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from specs.contracts.sink import ChangeSink, Mode, Sink
from specs.errors import UsageError, known_values
from specs.recipe.problems import validate
from specs.recipe.recipe import ServiceRef
from specs.recipe.secrets import resolve
from workers.sinks.config import DataHubConfig, OpenMetadataConfig, SinkConfig, WebhookConfig
from workers.sinks.jsonl import JsonlConfig


class SinkType(NamedTuple):
    """A type of sink: the model of its settings, and where its class for a mode is."""

    config: type[SinkConfig]
    snapshot: str | None
    changes: str | None

    def part(self, mode: Mode) -> Callable[..., Any]:
        path = self.snapshot if mode == "snapshot" else self.changes
        assert path is not None, "the model allows only modes that there are"
        module, _, name = path.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found


types: Mapping[str, SinkType] = {
    "jsonl": SinkType(JsonlConfig, "workers.sinks.jsonl:JsonlSink", "workers.sinks.appended_jsonl:AppendingSink"),
    "webhook": SinkType(WebhookConfig, None, "workers.sinks.webhook:WebhookSink"),
    "openmetadata": SinkType(OpenMetadataConfig, None, "workers.sinks.openmetadata.sink:OpenMetadataSink"),
    "datahub": SinkType(DataHubConfig, None, "workers.sinks.datahub.sink:DataHubSink"),
}
"""All sink types by name."""


class Configured(NamedTuple):
    """A sink of a recipe, ready to be made.

    ``label`` names it for people, and among the sinks of its service: ``jsonl out.jsonl``. ``settings`` are as written,
    with references in place of secrets; ``config`` holds the secrets.
    """

    label: str
    mode: Mode
    settings: Mapping[str, Any]
    config: SinkConfig
    kind: SinkType

    def snapshot(self) -> Sink:
        made: Sink = self.kind.part("snapshot")(self.config)
        return made

    def changes(self, service: ServiceRef) -> ChangeSink:
        made: ChangeSink = self.kind.part("changes")(self.config, service)
        return made


def configured(
    sinks: Sequence[Mapping[str, Any]], secrets: Mapping[str, str], mode: Mode | None = None
) -> list[Configured]:  # fmt: skip
    """The sinks of a recipe, or those of one ``mode``: the secrets of the others need not resolve then.

    Raises ``UsageError`` for an unknown type or a mistake in the settings.
    """
    found: list[Configured] = []
    for at, settings in enumerate(sinks):
        name = settings["type"]
        if name not in types:
            raise known_values(f"sinks.{at}: unknown sink", name, types)
        if mode not in (None, mode_of(settings)):
            continue
        kind = types[name]
        path = ("sinks", at)
        config = validate(kind.config, resolve(dict(settings), secrets, path), path, where="recipe")
        label = label_of(settings)
        if any(other.label == label for other in found):
            raise UsageError(f"sinks.{at}: there is another sink {label!r}", "recipe", "give each a name of its own")
        found.append(Configured(label, config.mode, dict(settings), config, kind))
    return found


def mode_of(settings: Mapping[str, Any]) -> str:
    """The mode of a sink as written, or its type's default."""
    kind = types.get(settings["type"])
    default = kind.config.model_fields["mode"].default if kind else ""
    return str(settings.get("mode", default))


def label_of(settings: Mapping[str, Any]) -> str:
    """What a sink is called: its ``name``, or its type and target as written, references unresolved."""
    if settings.get("name"):
        return str(settings["name"])
    target = str(settings.get("path") or settings.get("url") or "")
    if "://" in target:  # what follows a question mark may be a secret
        target = re.sub(r"[?#].*$", "", re.sub(r"://[^/@]*@", "://", target)).rstrip("/")
    return f"{settings['type']} {target}".strip()


__all__ = ["Configured", "SinkType", "configured", "label_of", "mode_of", "types"]
