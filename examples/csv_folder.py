"""A connector in one file: a folder of folders of CSV files, crawled as schemas and tables."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from headrace import (
    Column,
    ConnectionConfig,
    DatabaseSource,
    DataType,
    DefaultDatabaseSpec,
    Item,
    KeyRange,
    Presence,
    Produced,
    Scope,
    Table,
    TableType,
    identity,
)


class CsvFolder(ConnectionConfig):
    folder: Path = Field(description="Folder of folders of CSV files.")


class CsvSource(DatabaseSource):
    config: CsvFolder

    def identity(self) -> str:
        return str(self.config.folder.resolve(strict=True))

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.listed("databases", "Database", scope, [self.config.folder.resolve().name], span)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        folders = [path.name for path in self.config.folder.iterdir() if path.is_dir()]
        return self.listed("schemas", "Schema", scope, folders, span)

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        files = [path.stem for path in (self.config.folder / scope.name).glob("*.csv")]
        return self.listed("tables", "Table", scope, files, span)

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Table]:
        path = self.config.folder / scope.path[2] / f"{item.name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file), [])
        columns = tuple(
            Column(name=name, native_type="text", type=DataType.TEXT, ordinal=ordinal)
            for ordinal, name in enumerate(header, start=1)
        )
        yield Table(**identity(scope), table_type=TableType.EXTERNAL, columns=columns, location=str(path))

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        top = self.config.folder.resolve()
        if type_ == "Database":
            found = {top.name}
        else:
            place = top.joinpath(*scope.path[2:])
            found = {path.name for path in place.iterdir()} if scope.path[1] == top.name and place.is_dir() else set()
        suffix = ".csv" if type_ == "Table" else ""
        return {name: "yes" if name + suffix in found else "no" for name in names}


spec = DefaultDatabaseSpec(name="csv_folder", connection=CsvFolder, metadata_source_class=CsvSource)
