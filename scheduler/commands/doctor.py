"""``headrace doctor``."""

from __future__ import annotations

import click

from scheduler.options import as_json, catalog, emit


@click.command(short_help="Examine this installation and the catalog.")
@catalog
@as_json
def command(catalog: str, as_json: bool) -> int:
    """Examine Python, the packages, drivers, clock, memory, disk and the catalog; each with a remedy.

    \b
    Example:
      headrace doctor
    """
    from scheduler.display.render import clean
    from scheduler.doctor import examine

    findings = []
    for finding in examine(catalog):
        findings.append(finding)
        if not as_json:
            click.echo(f"{finding.level:<4}  {finding.name}: {clean(finding.evidence)}")
            if finding.remedy:
                click.echo(f"      {clean(finding.remedy)}")
    well = all(finding.level != "bad" for finding in findings)
    if as_json:
        emit({"ok": well, "findings": [finding.as_json() for finding in findings]})
    return 0 if well else 1
