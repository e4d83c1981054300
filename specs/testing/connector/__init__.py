"""The acceptance suite of connectors. A few lines put one under it::

    class TestSqlite(ConnectorSuite):
        spec = spec

        @pytest.fixture(scope="class")
        @classmethod
        def config(cls, shop_file):
            return SqliteConnection(path=shop_file)

The service behind ``config`` must be small (hundreds of objects) and must not change while the suite runs.
Connectors whose sources need more than a config override ``source``.
"""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{part}" for part in ("law", "listings", "entities", "parts", "questions"))
)

from specs.testing.connector.entities import EntitySuite  # noqa: E402  (asserts are rewritten first)
from specs.testing.connector.law import LawSuite  # noqa: E402
from specs.testing.connector.listings import ListingSuite  # noqa: E402
from specs.testing.connector.parts import PartsSuite  # noqa: E402
from specs.testing.connector.questions import QuestionSuite  # noqa: E402

__all__ = ["ConnectorSuite"]


class ConnectorSuite(LawSuite, ListingSuite, EntitySuite, PartsSuite, QuestionSuite):
    """What every connector must do. Subclasses name ``spec`` and the fixture ``config``."""
