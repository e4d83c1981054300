"""The first version: everything of the schema files."""

from alembic import op

from workers.migrations.version import create_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_tables(op.get_bind())
