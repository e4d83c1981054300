"""DataHub's ingestion recipes for the databases that we read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import Loaded, load
from specs.errors import UsageError

RECIPE = """
pipeline_name: nightly
source:
  type: postgres
  config:
    host_port: db.example:5433
    database: shop
    username: crawler
    password: ${SHOP_PW}
    initial_database: template1
    options: {connect_args: {sslmode: require, application_name: x}}
    schema_pattern: {allow: ["^sales$", "public"], deny: ["information_schema"], ignoreCase: false}
    table_pattern: {deny: ['.*\\..*\\.tmp_.*']}
    include_views: true
    profiling: {enabled: false}
    env: PROD
    stateful_ingestion: {enabled: true, remove_stale_metadata: false}
sink: {type: datahub-rest, config: {server: "http://gms:8080", token: sesame}}
"""


def loaded(folder: Path, text: str, **more: Any) -> Loaded:
    path = folder / "dh.yml"
    path.write_text(text)

    def nobody(name: str) -> str:
        raise AssertionError(name)

    return load(str(path), nobody, env={"SHOP_PW": "pw"}, **more)


def test_a_recipe_is_accepted_as_it_is(tmp_path: Path) -> None:
    found = loaded(tmp_path, RECIPE)
    recipe, metadata = found.recipe, found.recipe.extract.metadata
    values: dict[str, Any] = found.config.model_dump()
    assert (recipe.service.name, recipe.service.type) == ("db_example_5433_shop", "postgres")
    assert [values[key] for key in ("host", "port", "database", "username", "maintenance_database", "sslmode")] == [
        "db.example", 5433, "shop", "crawler", "template1", "require",
    ]  # fmt: skip
    assert recipe.connection["password"] == "${env:SHOP_PW}"
    assert metadata.rule("schemas", "sales") is None
    assert metadata.rule("schemas", "Sales") is not None
    assert metadata.rule("schemas", "sales_2") is not None
    assert metadata.rule("schemas", "public_2") is None, "patterns match from the start"
    assert metadata.rule("tables", "TMP_x") is not None
    assert metadata.rule("views", "tmp_v") is not None
    assert metadata.rule("tables", "not_tmp_x") is None
    assert recipe.deletion.enabled is False


def test_what_has_no_counterpart_is_told_with_its_place(tmp_path: Path) -> None:
    notices = "\n".join(loaded(tmp_path, RECIPE).notices)
    for told in (
        "source.config.env (", "dh.yml:16:5)", "source.config.profiling.enabled (", "pipeline_name (", "sink: ",
        "source.config.options.connect_args.application_name (",
    ):  # fmt: skip
        assert told in notices
    assert "sesame" not in notices
    assert "source.config.host_port" not in notices


@pytest.mark.parametrize(
    ("text", "type_", "name", "connection"),
    [
        ("type: mysql\n  config: {host_port: 'h:3306', username: u, password: '${PW:-x}'}", "mysql", "", None),
        ("type: mariadb\n  config: {host_port: h, username: u, database: d}", "mysql", "mysql_h_d",
         {"host": "h", "username": "u", "database": "d"}),
        ("type: postgres\n  config: {sqlalchemy_uri: 'postgresql+psycopg2://u:${SHOP_PW}@h/d'}", "postgres", "h_d",
         {"host": "h", "username": "u", "database": "d", "password": "${env:SHOP_PW}"}),
        ("type: postgres\n  config: {host_port: '${DB}', platform_instance: eu-1}", "postgres", "eu_1",
         {"host": "${env:DB}"}),
    ],
)  # fmt: skip
def test_other_sources(
    text: str, type_: str, name: str, connection: dict[str, Any] | None, tmp_path: Path
) -> None:  # fmt: skip
    if connection is None:
        with pytest.raises(UsageError, match="unknown reference 'PW'"):
            loaded(tmp_path, f"source:\n  {text}\n")
        return
    found = loaded(tmp_path, f"source:\n  {text}\n", away=True).recipe
    assert (found.service.type, found.service.name, dict(found.connection)) == (type_, name, connection)


@pytest.mark.parametrize(
    ("given", "parts", "told"),
    [
        ("{}", ("metadata", "lineage"), ""),
        ("{include_view_lineage: false}", ("metadata", "lineage"), ""),
        ("{include_view_lineage: false, include_stored_procedures: false}", ("metadata",), ""),
        ("{include_view_column_lineage: true, include_query_lineage: false}", ("metadata", "lineage"), ""),
        ("{include_query_lineage: true}", ("metadata", "lineage"), "include_query_lineage"),
        ("{include_view_column_lineage: false}", ("metadata", "lineage"), "include_view_column_lineage"),
        ("{include_usage_statistics: true}", ("metadata", "lineage", "usage"), ""),
        (
            "{include_usage_statistics: true, usage_source: general_log}",
            ("metadata", "lineage", "usage"),
            "usage_source",
        ),
    ],
)
def test_lineage_and_usage(given: str, parts: tuple[str, ...], told: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, f"source:\n  type: postgres\n  config: {given}\n", away=True)
    assert found.recipe.parts == parts
    notices = "\n".join(each for each in found.notices if "no counterpart" in each)
    assert told in notices if told else notices == ""
    lineage: Any = found.recipe.extract.lineage
    if lineage:
        assert lineage.views == ("include_view_lineage: false" not in given)


def test_names_of_databases_are_schemas_where_there_are_two_levels(tmp_path: Path) -> None:
    text = (
        "source:\n  type: mysql\n  config:\n    host_port: h:3306\n    database_pattern: {allow: [shop]}\n"
        "    table_pattern: {deny: ['.*\\.tmp']}\n"
    )
    metadata = loaded(tmp_path, text).recipe.extract.metadata
    assert metadata.rule("schemas", "shop_eu") is None
    assert metadata.rule("schemas", "eu_shop") is not None
    assert metadata.rule("tables", "tmp_1") is not None


def test_a_name_wins(tmp_path: Path) -> None:
    assert loaded(tmp_path, RECIPE, name="mine").recipe.service.name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("type: postgres", "type: snowflake", r"dh.yml:4:9: unsupported source type 'snowflake'; known: "),
        ("type: postgres", "type: postgress", r"did you mean 'postgres'"),
        (r"'.*\..*\.tmp_.*'", r"'shop\.public\.tmp_.*'", r"dh.yml:13:\d+: .*table_pattern.deny.0: matches whole names"),
        (r"'.*\..*\.tmp_.*'", r"'.*tmp_.*'", r"matches whole names \(database.schema.table\)"),
        ("ignoreCase: false}", "regex: true}", r"dh.yml:12:\d+: .*schema_pattern: should have allow, deny"),
        (
            "host_port: db.example:5433",
            "host_port: db.example:port",
            r"dh.yml:6:\d+: source.config.host_port: should be",
        ),
        ("env: PROD", "auth_mode: AWS_IAM", r"dh.yml:16:\d+: source.config.auth_mode: only passwords"),
        ('"public"]', '"("]', "not a regular expression"),
    ],
)
def test_what_cannot_be_translated_is_pointed_at(old: str, new: str, part: str, tmp_path: Path) -> None:
    assert old in RECIPE
    with pytest.raises(UsageError, match=part):
        loaded(tmp_path, RECIPE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"type": "Profiler"}, "dh.yml:6:13: Profiler workflows are not available yet"),
        ({"type": "DatabaseProfiler"}, "DatabaseProfiler workflows"),
        ({"type": "AutoClassification"}, "AutoClassification workflows"),
        ({"type": "DatabaseMetadata", "processor": True}, "workflows with a processor are not available yet"),
    ],
)
def test_workflows_of_openmetadata_that_do_something_else(change: dict[str, Any], part: str, tmp_path: Path) -> None:
    text = (
        "source:\n  type: postgres\n  serviceName: shop\n  sourceConfig:\n    config:\n      "
        f"type: {change['type']}\n"
        "  serviceConnection: {config: {hostPort: 'h:5432', username: u}}\n"
        + ("processor: {type: orm-profiler, config: {}}\n" if change.get("processor") else "")
    )
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, text)
    assert part in str(caught.value)
    assert "run the metadata one" in str(caught.value)
