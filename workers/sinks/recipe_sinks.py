"""The sinks of a recipe: their settings checked and their secrets resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from specs.contracts.sink import ChangeSink, Mode, Sink, StoredLineage
from specs.errors import UsageError
from specs.recipe.problems import validate
from specs.recipe.recipe import ServiceRef
from specs.recipe.secrets import resolve
from specs.sink_spec import SinkConfig, SinkSpec
from workers.sinks import registry


class Configured(NamedTuple):
    """A sink of a recipe, ready to be created.

    ``label`` is its name for people, unique among the sinks of its service: ``jsonl out.jsonl``. ``settings`` are as
    written, with references in place of secrets; ``config`` has the secrets.
    """

    label: str
    mode: Mode
    settings: Mapping[str, Any]
    config: SinkConfig
    spec: SinkSpec

    def snapshot(self, stored: StoredLineage) -> Sink:
        """The sink in its mode ``snapshot``; it may ask ``stored`` for lineage."""
        given = (self.config, stored) if self.spec.asks_lineage else (self.config,)
        made: Sink = self.spec.part("snapshot")(*given)
        return made

    def changes(self, service: ServiceRef, stored: StoredLineage) -> ChangeSink:
        """The sink in its mode ``changes``; it may ask ``stored`` for lineage."""
        given = (self.config, service, stored) if self.spec.asks_lineage else (self.config, service)
        made: ChangeSink = self.spec.part("changes")(*given)
        return made


def configured(
    sinks: Sequence[Mapping[str, Any]], secrets: Mapping[str, str], mode: Mode | None = None
) -> list[Configured]:  # fmt: skip
    """The sinks of a recipe, or only those of one ``mode``, in which case the secrets of the others are not resolved.

    Raises ``UsageError`` for an unknown type, wrong settings, a reference without a value, or two sinks of one name.
    """
    found: list[Configured] = []
    for at, settings in enumerate(sinks):
        try:
            spec = registry.load(settings["type"])
        except UsageError as error:
            what = f"sinks.{at}: {error.what}"
            raise UsageError(what, error.where, error.remedy, reason=error.reason) from None
        if mode not in (None, mode_of(settings, spec)):
            continue
        path = ("sinks", at)
        config = validate(spec.config_class(), resolve(dict(settings), secrets, path), path, where="recipe")
        label = label_of(settings)
        if any(other.label == label for other in found):
            raise UsageError(f"sinks.{at}: there is another sink {label!r}", "recipe", "give each a name of its own")
        found.append(Configured(label, config.mode, dict(settings), config, spec))
    return found


def mode_of(settings: Mapping[str, Any], spec: SinkSpec | None = None) -> str:
    """The mode of a sink as written, else the default of its type, whose ``spec`` is found where it is not given.
    Raises ``UsageError`` for an unknown type."""
    written = settings.get("mode")
    if written is None:
        written = (spec or registry.load(settings["type"])).config_class().model_fields["mode"].default
    return str(written)


def label_of(settings: Mapping[str, Any]) -> str:
    """The name of a sink: its ``name``, else its type and target as written, with references unresolved."""
    if settings.get("name"):
        return str(settings["name"])
    target = str(settings.get("path") or settings.get("url") or "")
    if "://" in target:  # the parameters of a URL may hold a secret
        target = re.sub(r"[?#].*$", "", re.sub(r"://[^/@]*@", "://", target)).rstrip("/")
    return f"{settings['type']} {target}".strip()
