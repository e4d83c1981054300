"""The shop on MariaDB, compared with what is known to be in it."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from specs import names
from specs.config import MetadataExtract
from specs.entities.database.tables import Table
from specs.testing import harvest
from tests.estate import truth

pytestmark = pytest.mark.server


def test_the_shop_is_found_whole(mariadb_estate: str) -> None:
    config = MysqlConnection.from_url(urlsplit(mariadb_estate))
    extract = MetadataExtract.model_validate({"schemas": {"include": ["^shop_"]}})
    found = [event.entity for event in harvest.entities(lambda: MysqlSource("s", config, extract))]
    tables = {names.split(e.fqn)[2:]: e for e in found if isinstance(e, Table)}
    counts = Counter(e.type_name() for e in found)
    assert {name: counts[name] for name in truth.COUNTS["mariadb"]} == truth.COUNTS["mariadb"]
    for schema, kinds in truth.TABLES["mariadb"].items():
        assert Counter(str(t.table_type) for path, t in tables.items() if path[0] == schema) == kinds
    assert set(truth.ODD_NAMES) <= {table.name for table in tables.values()}
    for path, expected in truth.GOLDEN["mariadb"].items():
        assert list(truth.differences(tables[path], expected)) == []
    assert [path for path, table in tables.items() if "broken" in table.properties] == [("shop_ops", "broken")]
    assert len(tables["shop_ops", "wide_metrics"].columns) == 400
    (referring,) = [c for c in tables["shop_ops", "stock"].constraints if c.name == "stock_variant"]
    assert referring.referred_table == "s.def.shop_catalog.product_variants"
    assert tables["shop_catalog", "products"].columns[12].type == "json"
