"""The first version, where migrating begins: a database of it has its tables already."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    raise RuntimeError("a database without a version is built from the schema files")
