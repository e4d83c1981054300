"""``headrace forget SERVICE``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, services_begun


@click.command()
@click.argument("service", shell_complete=services_begun)
@click.option("--yes", is_flag=True, help="Do not ask.")
@catalog
@as_json
def command(service: str, yes: bool, catalog: str, as_json: bool) -> None:
    """Remove a service with its objects and runs. The source itself is not touched.

    \b
    Example:
      headrace forget shop_old --yes
    """
    import sys

    from scheduler.app.catalog.housekeeping import forget
    from scheduler.cli.display.render import number
    from specs.errors import UsageError

    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("forgetting a service cannot be undone", service, "say --yes")
        click.confirm(f"Remove {service} with all its objects and runs?", abort=True, err=True)
    removed = forget(catalog, service)
    if as_json:
        emit(removed)
    else:
        click.echo("removed: " + ", ".join(f"{number(n)} {what}" for what, n in removed.items()))
