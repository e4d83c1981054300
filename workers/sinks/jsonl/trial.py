"""Checks whether the file of a jsonl sink could be written, without writing it."""

from __future__ import annotations

from pathlib import Path

from workers.sinks.common.writable_file import writable
from workers.sinks.jsonl.config import JsonlConfig


def tried(config: JsonlConfig) -> str:
    """The finding as a line for people. Raises ``Fatal`` when the file cannot be written in the sink's mode."""
    return writable(Path(config.path), config.mode)
