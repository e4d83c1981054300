"""Settings of the jsonl sink."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from specs.config import LocalFile
from specs.contracts.sink import Mode
from specs.sink_spec import SinkConfig


class JsonlConfig(SinkConfig):
    """Settings of ``type: jsonl``."""

    type: Literal["jsonl"] = Field(description="The sink's type.")
    path: LocalFile = Field(min_length=1, description="The file to write; its folder must exist.")
    mode: Mode = Field(
        default="snapshot",
        description="snapshot: the full state at the end of each run; changes: a line appended per change.",
    )
