"""Several machines share a ledger."""

from alembic import op

from workers.store.migrations.version import steps

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    bind = op.get_bind()
    for statement in steps(revision, bind.dialect.name):
        bind.exec_driver_sql(statement)
