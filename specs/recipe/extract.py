"""What a recipe extracts, part by part: each connector brings the model of each part that it has."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SerializeAsAny, create_model

from specs import registry
from specs.config import MetadataExtract, StrictModel
from specs.errors import UsageError
from specs.service_spec import ServiceSpec


def _later(value: Any) -> Any:
    """A part that the connector does not have: refused rather than skipped in silence."""
    if value is None or value is False:
        return False
    raise ValueError("not available yet; remove it or set it to false")


def _asked(value: Any) -> Any:
    """A part without settings may be asked for with ``true``."""
    return {} if value is True else None if value is False else value


def _given(value: Any) -> Any:
    return {} if value is None else value


Later = Annotated[SerializeAsAny[bool], BeforeValidator(_later)]
METADATA = "metadata"


class Extract(StrictModel):
    """What to extract. A part that is not asked for is ``False``; of others a connector has models of its own."""

    metadata: Annotated[SerializeAsAny[MetadataExtract], BeforeValidator(_given)] = Field(
        default=MetadataExtract(), description="What exists and what it looks like."
    )
    lineage: Later = Field(default=False, description="What feeds what. Not available yet.")
    usage: Later = Field(default=False, description="Who asks for what. Not available yet.")
    profile: Later = Field(default=False, description="Statistics of the data. Not available yet.")
    classify: Later = Field(default=False, description="Find personal data. Not available yet.")


def extract_of(type_: str) -> type[Extract]:
    """The model of ``extract`` for a connector; that of databases where there is none of this name, which whoever
    builds the source will say."""
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
