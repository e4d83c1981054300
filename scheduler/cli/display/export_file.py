"""Where an export goes: to stdout, or into a file that is whole or not there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from specs.errors import Fatal
from workers.store.private_files import replacing


def write(output: str | None, found: Iterable[str]) -> None:
    """Write lines to stdout, or aside and renamed into place. Raises ``Fatal`` when the file cannot be written."""
    if output is None:
        for line in found:
            click.echo(line.rstrip("\n"))
        return
    try:
        with replacing(Path(output)) as stream:
            for line in found:
                stream.write(line.rstrip("\n") + "\n")
    except OSError as error:
        raise Fatal(
            f"cannot write the export: {error.strerror}", output, "choose another file, or free space", reason="sink"
        ) from None
