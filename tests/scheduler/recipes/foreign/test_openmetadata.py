import re
from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import Loaded, load
from specs.errors import UsageError

WORKFLOW = """
source:
  type: postgres
  serviceName: local_postgres
  serviceConnection:
    config:
      type: Postgres
      username: crawler
      authType: {password: "${SHOP_PW}"}
      hostPort: db.example:5433
      database: shop
      sslMode: disable
      supportsProfiler: true
  sourceConfig:
    config:
      type: DatabaseMetadata
      markDeletedTables: false
      includeViews: false
      threads: 4
      queryLogDuration: 3
      schemaFilterPattern: {includes: ["^sales$"], excludes: ["information_schema"]}
      tableFilterPattern: {excludes: ["tmp_"]}
sink: {type: metadata-rest, config: {}}
workflowConfig:
  loggerLevel: INFO
  openMetadataServerConfig: {hostPort: "http://localhost:8585/api", securityConfig: {jwtToken: sesame}}
"""


def loaded(folder: Path, text: str) -> Loaded:
    path = folder / "flow.yml"
    path.write_text(text)

    def nobody(name: str) -> str:
        raise AssertionError(name)

    return load(str(path), nobody, env={"SHOP_PW": "pw"})


def test_a_workflow_is_accepted_as_it_is(tmp_path: Path) -> None:
    found = loaded(tmp_path, WORKFLOW)
    recipe, config = found.recipe, found.config
    metadata = recipe.extract.metadata
    values: dict[str, Any] = config.model_dump()
    assert (recipe.service.name, recipe.service.type) == ("local_postgres", "postgres")
    assert (values["host"], values["port"], values["database"], values["username"]) == (
        "db.example", 5433, "shop", "crawler",
    )  # fmt: skip
    assert recipe.connection["password"] == "${env:SHOP_PW}"
    assert recipe.limits.connections == 4
    assert recipe.deletion.enabled is False
    assert metadata.rule("views", "v") is not None
    assert metadata.rule("schemas", "SALES") is None
    assert metadata.rule("schemas", "presales") == "schemas.include"
    assert metadata.rule("tables", "TMP_x") is not None
    assert metadata.rule("tables", "not_tmp_x") is None


def test_what_has_no_counterpart_is_told(tmp_path: Path) -> None:
    notices = "\n".join(loaded(tmp_path, WORKFLOW).notices)
    assert "queryLogDuration" in notices
    assert "workflowConfig" in notices
    assert "sink" in notices
    assert "supportsProfiler" not in notices
    assert "sesame" not in notices


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("type: postgres\n", "type: postgres-usages\n", r"flow.yml:3:9: unsupported source type 'postgres-usages'"),
        (
            WORKFLOW[WORKFLOW.index("type: DatabaseMetadata") : WORKFLOW.index("\n      schemaFilterPattern")],
            "type: DatabaseUsage\n      queryLogDuration: week",
            r"flow.yml:17:25: should be a number of days",
        ),
        ("type: postgres\n", "type: postgers\n", r"unsupported source type 'postgers'; did you mean 'postgres'"),
        ("threads: 4", "useFqnForFiltering: true", r"flow.yml:19:\d+: filters on full names"),
        ('{password: "${SHOP_PW}"}', "{awsConfig: {}}", r"authType.awsConfig is not supported"),
        (
            "hostPort: db.example:5433",
            "hostPort: db.example:port",
            r"flow.yml:10:\d+: source.serviceConnection.config.hostPort: should be a valid integer",
        ),
        ('["tmp_"]', '["("]', r"not a regular expression"),
        ("  serviceName: local_postgres\n", "", r"flow.yml:3:3: source.serviceName: should be a valid string"),
    ],
)
def test_what_would_change_the_crawl_is_refused(tmp_path: Path, old: str, new: str, part: str) -> None:
    assert old in WORKFLOW
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, WORKFLOW.replace(old, new, 1))
    assert re.search(part, str(caught.value))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: postgres\n", "type: postgres-lineage\n"),
        ("type: DatabaseMetadata", "type: DatabaseLineage"),
        ("type: DatabaseMetadata", "type: DatabaseLineage\n      processQueryLineage: false"),
    ],
)
def test_lineage_workflows_read_lineage_alone(tmp_path: Path, old: str, new: str) -> None:
    found = loaded(tmp_path, WORKFLOW.replace(old, new, 1))
    assert found.recipe.parts == ("lineage",)
    assert found.recipe.extract.metadata.rule("views", "tmp_x") is not None
    assert any("only from a file" in each for each in found.notices) == ("processQueryLineage" not in new)


def test_lineage_of_nothing_is_refused(tmp_path: Path) -> None:
    switches = ("processViewLineage: false", "processStoredProcedureLineage: false")
    lines = ["\n      ".join(["type: DatabaseLineage", *switches[:count]]) for count in (1, 2)]
    chosen: Any = loaded(tmp_path, WORKFLOW.replace("type: DatabaseMetadata", lines[0], 1)).recipe.extract.lineage
    assert (chosen.views, chosen.procedures) == (False, True)
    with pytest.raises(UsageError, match=r"flow.yml:17:\d+: this workflow reads no lineage"):
        loaded(tmp_path, WORKFLOW.replace("type: DatabaseMetadata", lines[1], 1))


def test_lineage_of_a_query_log_in_a_file(tmp_path: Path) -> None:
    text = WORKFLOW.replace("type: DatabaseMetadata", "type: DatabaseLineage\n      queryLogFilePath: /logs/q.csv")
    found = loaded(tmp_path, text)
    lineage: Any = found.recipe.extract.lineage
    assert (lineage.query_log.type, lineage.query_log.files, lineage.window) == ("csv", ("/logs/q.csv",), 4 * 86400.0)
    assert lineage.query_log.columns["text"] == "query_text"
    assert not any("query" in each for each in found.notices)


STEPS = """processor: {type: query-parser, config: {}}
stage: {type: table-usage, config: {filename: /tmp/usage}}
bulkSink: {type: metadata-usage, config: {filename: /tmp/usage}}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [("type: postgres\n", "type: postgres-usage\n"), ("type: DatabaseMetadata", "type: DatabaseUsage")],
)
def test_usage_workflows_read_usage_alone(tmp_path: Path, old: str, new: str) -> None:
    text = WORKFLOW.replace(old, new, 1).replace("queryLogDuration: 3", "queryLogDuration: '3'\n      resultLimit: 9")
    found = loaded(tmp_path, text + STEPS)
    usage: Any = found.recipe.extract.usage
    assert found.recipe.parts == ("usage",)
    assert (usage.days, usage.query_log) == (4, None)
    notices = "\n".join(found.notices)
    assert "resultLimit" in notices
    assert "queryLogDuration" not in notices
    assert "bulkSink" not in notices


def test_usage_of_a_query_log_in_a_file(tmp_path: Path) -> None:
    text = WORKFLOW.replace("type: postgres\n", "type: query-log-usage\n").replace(
        "type: DatabaseMetadata", "type: DatabaseUsage\n      queryLogFilePath: /logs/q.csv"
    )
    found = loaded(tmp_path, text + STEPS).recipe
    usage: Any = found.extract.usage
    assert (found.service.type, usage.query_log.files) == ("postgres", ("/logs/q.csv",))


def test_all_databases(tmp_path: Path) -> None:
    found = loaded(tmp_path, WORKFLOW.replace("database: shop", "database: shop\n      ingestAllDatabases: true"))
    assert "database" not in found.recipe.connection


def test_a_mysql_workflow(tmp_path: Path) -> None:
    text = """
source:
  type: mysql
  serviceName: m
  serviceConnection:
    config: {type: Mysql, username: u, authType: {password: "${SHOP_PW}"}, hostPort: "h:3307", databaseSchema: shop.x}
  sourceConfig: {config: {type: DatabaseMetadata}}
sink: {type: metadata-rest, config: {}}
"""
    recipe = loaded(tmp_path, text).recipe
    assert recipe.service.type == "mysql"
    assert recipe.connection["database"] == "shop.x"


def test_one_schema_of_postgres(tmp_path: Path) -> None:
    text = WORKFLOW.replace("sslMode: disable", "databaseSchema: shop.x").replace("schemaFilterPattern", "#")
    metadata = loaded(tmp_path, text).recipe.extract.metadata
    assert metadata.rule("schemas", "shop.x") is None
    assert metadata.rule("schemas", "shopAx") == "schemas.include"


def test_an_sqlite_workflow(tmp_path: Path) -> None:
    text = """
source:
  type: sqlite
  serviceName: s
  serviceConnection: {config: {type: SQLite, databaseMode: /data/shop.db}}
  sourceConfig: {config: {type: DatabaseMetadata}}
"""
    assert loaded(tmp_path, text).config.endpoint() == "/data/shop.db"
