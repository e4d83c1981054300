"""Binds the parts of the MySQL and MariaDB connector."""

from specs.service_spec import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="mysql",
    connection="connectors.mysql.connection.config:MysqlConnection",
    metadata_source_class="connectors.mysql.metadata:MysqlSource",
    lineage_source_class="connectors.mysql.lineage:MysqlLineage",
    usage_source_class="connectors.mysql.usage:MysqlUsage",
    schemes=("mysql", "mariadb"),
    drivers=frozenset({"aiomysql", "asyncmy", "cymysql", "mariadbconnector", "mysqlconnector", "mysqldb", "pymysql"}),
    driver="pymysql",
    extra="mysql",
    capabilities=frozenset(
        {
            "views", "procedures", "triggers", "sequences", "checks", "indexes", "foreign_keys", "comments",
            "partitions", "statistics", "grants", "ddl", "packages", "events",
        }
    ),
)  # fmt: skip
