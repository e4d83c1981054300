"""Settings of the OpenLineage sink."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from specs.config import LOCAL_FILE
from specs.contracts.sink import Mode
from workers.sinks.common.config import Endpoint, HttpSettings

Kind = Literal["static", "run"]


class OpenLineageConfig(HttpSettings):
    """Settings of ``type: openlineage``: events go to ``url``, or as lines to ``path``."""

    type: Literal["openlineage"] = Field(description="The sink's type.")
    mode: Mode = Field(
        default="changes",
        description="changes: events of every change, as it is stored; snapshot: a file of all, after each run.",
    )
    url: Endpoint | None = Field(
        default=None, description="The receiver: https://host:5000, without user and password."
    )
    endpoint: str = Field(
        default="/api/v1/lineage", pattern=r"^/[^?#\s]*$", description="The path below url that takes events."
    )
    path: Annotated[str | None, LOCAL_FILE] = Field(
        default=None, min_length=1, description="In place of url: the file to write, an event a line."
    )
    token: SecretStr | None = Field(default=None, description="A bearer token; write it as a reference.")
    events: Kind = Field(
        default="static",
        description="static: what there is (DatasetEvent, JobEvent); run: lineage as finished runs, for receivers of"
        " RunEvents only.",
    )
    namespaces: dict[str, str] = Field(
        default={},
        description="The namespace of a service's datasets, where its recipe does not tell it: {shop: mysql://host:3306}.",
    )
    job_namespace: str = Field(default="headrace", min_length=1, description="The namespace of jobs.")

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("write either url or path")
        if self.mode == "snapshot" and self.path is None:
            raise ValueError("a snapshot needs a path: events at a url replace none of those before")
        return self
