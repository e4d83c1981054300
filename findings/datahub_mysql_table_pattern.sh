#!/bin/sh
# acryl-datahub 1.7.0.17: table_pattern of its MySQL source does not match what it says it matches. The setting is
# documented as "the entire table name in database.schema.table format", with the example 'Customer.public.customer.*';
# MySQL has no schemas inside databases, so the source asks about 'database.table', and a recipe that follows the
# documentation keeps nothing (allow) or drops nothing (deny), without a word. On PostgreSQL the same text is true.
# Whoever translates or writes such recipes has to count two levels here and three there.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PY'
import sys
from importlib.metadata import version
from types import SimpleNamespace

from datahub.ingestion.source.sql.mysql import MySQLConfig, MySQLSource


def asked(pattern: str) -> tuple[str, bool]:
    """The name that the source asks its pattern about for table customers of database shop, and the answer."""
    common = {"host_port": "db:3306", "username": "u", "password": "p"}
    source = MySQLSource.__new__(MySQLSource)  # as made, but for the connection
    source.config = MySQLConfig.model_validate({**common, "table_pattern": {"allow": [pattern]}})
    inspector = SimpleNamespace(engine=SimpleNamespace(url=SimpleNamespace(database="shop")))
    name = source.get_identifier(schema="shop", entity="customers", inspector=inspector)
    return name, source.config.table_pattern.allowed(name)


said = "database.schema.table" in (MySQLConfig.model_fields["table_pattern"].description or "")
three, two = asked(r"shop\.public\.customer.*"), asked(r"shop\.customer.*")
print(f"acryl-datahub {version('acryl-datahub')}: documented as database.schema.table: {said}; allowed: {three}, {two}")
expected = (True, ("shop.customers", False), ("shop.customers", True))
if (said, three, two) != expected:
    sys.exit(f"changed: expected {expected}")
PY
python3 -m venv "$folder/v"
"$folder/v/bin/pip" install -q --disable-pip-version-check 'acryl-datahub[mysql]==1.7.0.17'
"$folder/v/bin/python" "$folder/try.py"
