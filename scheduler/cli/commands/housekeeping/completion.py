"""``headrace completion SHELL``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@as_json
def command(shell: str, as_json: bool) -> None:
    """Print the code that teaches a shell to complete headrace.

    \b
    Example:
      headrace completion bash > ~/.local/share/bash-completion/completions/headrace
    """
    from click.shell_completion import get_completion_class

    from scheduler.cli.cli import cli

    found = get_completion_class(shell)
    assert found is not None
    if shell == "bash":
        source = found.source_template % found(cli, {}, "headrace", "_HEADRACE_COMPLETE").source_vars()
    else:
        source = found(cli, {}, "headrace", "_HEADRACE_COMPLETE").source()
    if as_json:
        emit({"shell": shell, "code": source})
    else:
        click.echo(source)
