"""A dialect of SQLAlchemy as a connector: files of libSQL, by a connection class and a spec."""

from typing import ClassVar, Self
from urllib.parse import SplitResult, unquote

from pydantic import Field

from headrace import DefaultDatabaseSpec, DialectConnection, LocalFile


class LibsqlFile(DialectConnection):
    """A file of libSQL. It is never created."""

    product: ClassVar[str] = "libsql"
    schemes: ClassVar[tuple[str, ...]] = ("libsql",)

    path: LocalFile = Field(min_length=1, description="Path of the database file.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        return cls(path=unquote(url.path[1:]))

    def dialect_url(self) -> str:
        return f"sqlite+libsql:///{self.path}"


spec = DefaultDatabaseSpec(
    name="libsql",
    connection=LibsqlFile,
    metadata_source_class="headrace:InspectorSource",
    lineage_source_class="headrace:DatabaseLineage",
    schemes=LibsqlFile.schemes,
    driver="sqlalchemy_libsql",
    capabilities=frozenset({"views", "checks", "indexes", "foreign_keys"}),
)
