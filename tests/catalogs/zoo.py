"""One table with every type, keys, a view and odd names, in each flavour: what other catalogs are compared on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

POSTGRES = """
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'ok');
CREATE TYPE shop.addr AS (street text, no int);
CREATE DOMAIN shop.posint AS int CHECK (VALUE > 0);
CREATE TABLE shop.orders (
    id bigint PRIMARY KEY, at timestamptz, amount numeric(10,2), note text, tags text[], matrix int[][], doc jsonb,
    doc2 json, m shop.mood, a shop.addr, adrs shop.addr[], p shop.posint, u uuid, b bytea, bo boolean, d date, t time,
    tz timetz, ts0 timestamp, iv interval, ip inet, net cidr, mac macaddr, x xml, ts tsvector, pt point, r int4range,
    mr int4multirange, bit3 bit(3), vb bit varying(5), c char(3), vc varchar(7), f4 float4, f8 float8, mo money,
    si smallint, o oid, nm name, "Weird, (Col)" int
);
COMMENT ON TABLE shop.orders IS 'All orders';
COMMENT ON COLUMN shop.orders.note IS 'a note';
CREATE TABLE shop.items (order_id bigint REFERENCES shop.orders (id), no int, PRIMARY KEY (order_id, no));
CREATE VIEW shop.v AS SELECT id, note FROM shop.orders;
CREATE VIEW shop.w AS
    SELECT o.id, upper(o.note) AS note, i.no + 1 AS after
    FROM shop.orders AS o JOIN shop.items AS i ON i.order_id = o.id;
CREATE MATERIALIZED VIEW shop.mv AS SELECT id FROM shop.orders;
CREATE TABLE public."a(b),c" (x int);
CREATE TABLE public.part (k int, d date) PARTITION BY RANGE (d);
"""
MARIADB = """
CREATE TABLE foo (
    id bigint PRIMARY KEY AUTO_INCREMENT, t tinyint, b1 tinyint(1), bo boolean, si smallint, mi mediumint,
    i int unsigned, de decimal(10,2), f float, d double, c char(3), v varchar(7), te text, lt longtext, bl blob,
    bi binary(4), vb varbinary(5), bit3 bit(3), da date, ti time, dt datetime(3), ts timestamp, y year,
    e enum('a', 'b'), s set('x', 'y'), j json, g geometry, p point, u uuid, ip inet6, note text COMMENT 'a note'
) COMMENT 'All foo';
CREATE TABLE bar (
    foo_id bigint, no int, PRIMARY KEY (foo_id, no), CONSTRAINT fk FOREIGN KEY (foo_id) REFERENCES foo (id)
);
CREATE VIEW v AS SELECT id, note FROM foo
"""
SQLITE = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, t TEXT, n NUMERIC(10,2), r REAL, b BLOB, bo BOOLEAN, d DATE, dt DATETIME, v VARCHAR(7),
    j JSON, x, i BIGINT
);
CREATE TABLE items (
    order_id INTEGER, no INT, PRIMARY KEY (order_id, no), CONSTRAINT fk FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE VIEW v AS SELECT id, t FROM orders;
"""


def fill_postgres(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(POSTGRES)


def fill_mariadb(url: str) -> None:
    from tests.servers.mariadb import connect

    with connect(url) as connection, connection.cursor() as cursor:
        for statement in MARIADB.split(";"):
            cursor.execute(statement)


def fill_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(SQLITE)
    connection.close()
