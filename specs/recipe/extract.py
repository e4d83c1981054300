"""What a recipe extracts, part by part: each connector brings the model of each part that it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, create_model, model_validator

from specs import registry
from specs.config import MetadataExtract, StrictModel
from specs.errors import UsageError
from specs.recipe.problems import nearest
from specs.service_spec import METADATA, SOURCES, ServiceSpec


def _later(value: Any) -> Any:
    """A part that the connector does not have: refused rather than skipped in silence."""
    if value is None or value is False:
        return False
    raise ValueError("not available yet; remove it or set it to false")


def _asked(value: Any) -> Any:
    """A part without settings may be asked for with ``true``."""
    return {} if value is True else None if value is False else value


def _part(value: str) -> str:
    if value not in SOURCES:
        raise ValueError(f"unknown part {value!r}; {nearest(value, SOURCES)}")
    return value


def _given(value: Any) -> Any:
    """What is always crawled: ``true``, or nothing written, asks for it with its defaults."""
    return {} if value is None or value is True else value


Later = Annotated[SerializeAsAny[bool], BeforeValidator(_later)]


class Extract(StrictModel):
    """What to extract. A part that is not asked for is ``False``; of others a connector has models of its own."""

    metadata: Annotated[SerializeAsAny[MetadataExtract], BeforeValidator(_given)] = Field(
        default=MetadataExtract(), description="What exists and what it looks like."
    )
    lineage: Later = Field(default=False, description="What feeds what; true, or settings.")
    usage: Later = Field(default=False, description="Who asks for what; true, or settings.")
    profile: Later = Field(default=False, description="Statistics of the data. Not available yet.")
    classify: Later = Field(default=False, description="Find personal data. Not available yet.")
    only: tuple[Annotated[str, AfterValidator(_part)], ...] = Field(
        default=(), description="Of the parts above, crawl only these; empty: all that are asked for."
    )

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts to crawl, in the order in which a run shows them."""
        return _chosen(self.__dict__, self.only)

    @model_validator(mode="after")
    def _only_what_is_asked_for(self) -> Self:
        missing = [part for part in self.only if not _is_asked(getattr(self, part))]
        if missing:
            raise ValueError(f"only: {missing[0]!r} is not asked for; write {missing[0]}: true, too")
        return self


def parts_of(recipe: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts that a stored recipe asks for, whichever version of the program wrote it."""
    extract = recipe.get("extract") or {}
    return _chosen(extract | {METADATA: True}, extract.get("only") or ())


def _is_asked(section: Any) -> bool:
    """A section without settings asks for its part, too."""
    return section is not None and section is not False


def _chosen(sections: Mapping[str, Any], only: Collection[str]) -> tuple[str, ...]:
    asked = (part for part in SOURCES if _is_asked(sections.get(part)))
    return tuple(part for part in asked if not only or part in only)


def extract_of(type_: str) -> type[Extract]:
    """The model of ``extract`` for a connector. For an unknown connector it is that of databases: that there is no such
    connector is told when its source is built."""
    try:
        spec = registry.load(type_)
    except UsageError:
        return Extract
    return _model(spec)


def plain(found: Extract) -> Extract:
    """What a connector's model has validated, as an ``Extract`` that other processes can unpickle."""
    sections: dict[str, Any] = {part: getattr(found, part) for part in Extract.model_fields}
    asked: dict[str, Any] = {part: section if section is not None else False for part, section in sections.items()}
    return Extract.model_construct(**asked)


@lru_cache(maxsize=64)
def _model(spec: ServiceSpec) -> type[Extract]:
    fields: dict[str, Any] = {}
    for part in spec.parts:
        model, known = spec.extract_model(part), Extract.model_fields[part]
        means = (known.description or "").removesuffix(" Not available yet.")
        if part == METADATA:
            fields[part] = (Annotated[model, BeforeValidator(_given)], Field(default=model(), description=means))
        else:
            fields[part] = (Annotated[model | None, BeforeValidator(_asked)], Field(default=None, description=means))
    return create_model("Extract", __base__=Extract, **fields)
