import pytest

from tests.scheduler.cli.commands.calling import Estate, crawled


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """Two runs: in the second one table is dropped, one changed, and some cannot be built."""
    folder = tmp_path_factory.mktemp("estate")
    catalog = f"sqlite:///{folder}/catalog.db"
    recipe = folder / "recipe.yml"
    schema = "shop.db_00.schema_0000"
    first = crawled(recipe, catalog, 0)
    last = crawled(
        recipe, catalog, 3, broken=0.2, version=2, dropped=[f"{schema}.t0000002"], changed=[f"{schema}.t0000001"]
    )
    return Estate(catalog, first, last, str(recipe))
