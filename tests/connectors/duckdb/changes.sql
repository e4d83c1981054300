-- setup
CREATE TABLE t (id INT, a INT, b VARCHAR, n INT NOT NULL);
CREATE TABLE k (id INT PRIMARY KEY, x INT UNIQUE);
CREATE TABLE u (id INT);
CREATE TABLE w (s STRUCT(a INT));
CREATE VIEW v AS SELECT a, b FROM t;
CREATE SEQUENCE s;
CREATE MACRO m(a, b) AS a + b;
CREATE MACRO tm(a) AS TABLE SELECT a;
CREATE TYPE en AS ENUM ('a', 'b');
CREATE TYPE price AS DECIMAL(10, 2);
CREATE TYPE st AS STRUCT(a INT);

-- create schema: +Schema s2
CREATE SCHEMA s2;

-- drop schema: -Schema s2
DROP SCHEMA s2;

-- create table: +Table main.c
CREATE TABLE c (id INT REFERENCES k (id));

-- drop table: -Table main.c
DROP TABLE c;

-- rename table: -Table main.u; +Table main.u2
ALTER TABLE u RENAME TO u2;

-- add column: Table main.t: columns
ALTER TABLE t ADD COLUMN z INT;

-- drop column: Table main.t: columns
ALTER TABLE t DROP COLUMN z;

-- rename column: Table main.t: columns
ALTER TABLE t RENAME COLUMN n TO nn;

-- column type: Table main.t: columns
ALTER TABLE t ALTER nn TYPE BIGINT;

-- column default: Table main.t: columns
ALTER TABLE t ALTER nn SET DEFAULT 5;

-- column not null: Table main.t: columns
ALTER TABLE t ALTER nn DROP NOT NULL;

-- nested field: Table main.w: columns
ALTER TABLE w ADD COLUMN s.b VARCHAR;

-- field of a nested type renamed: Table main.w: columns
ALTER TABLE w RENAME COLUMN s.b TO c;

-- column collation: Table main.w: columns
CREATE OR REPLACE TABLE w (s STRUCT(a INT, c VARCHAR), x VARCHAR COLLATE NOCASE);

-- generated column: Table main.w: columns
CREATE OR REPLACE TABLE w (s STRUCT(a INT, c VARCHAR), x VARCHAR COLLATE NOCASE, g VARCHAR AS (x || '!'));

-- label of an enum column: Table main.w: columns
CREATE OR REPLACE TABLE w (s STRUCT(a INT, c VARCHAR), x VARCHAR COLLATE NOCASE, g VARCHAR AS (x || '!'), e ENUM ('a\'));

-- column comment: Table main.t: columns
COMMENT ON COLUMN t.nn IS 'nn';

-- table comment: Table main.t: comment
COMMENT ON TABLE t IS 'tt';

-- primary key: Table main.u2: columns, constraints
ALTER TABLE u2 ADD PRIMARY KEY (id);

-- check: Table main.w: constraints
CREATE OR REPLACE TABLE w (s STRUCT(a INT, c VARCHAR), x VARCHAR COLLATE NOCASE, g VARCHAR AS (x || '!'), e ENUM ('a\'), CHECK (x <> 'q'));

-- foreign key: +Table main.c2
CREATE TABLE c2 (id INT REFERENCES K (ID));

-- create index: Table main.t: indexes
CREATE INDEX i ON t (nn);

-- index unique: Table main.t: indexes
DROP INDEX i;
CREATE UNIQUE INDEX i ON t (nn);

-- index expression: Table main.t: indexes
DROP INDEX i;
CREATE UNIQUE INDEX i ON t ((nn + 1));

-- index comment: Table main.t: indexes
COMMENT ON INDEX i IS 'ii';

-- drop index: Table main.t: indexes
DROP INDEX i;

-- view definition: Table main.v: view_definition
CREATE OR REPLACE VIEW v AS SELECT a, b FROM t WHERE a > 1;

-- view columns: Table main.v: columns, view_definition
CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a > 1;

-- view comment: Table main.v: comment
COMMENT ON VIEW v IS 'vv';

-- view column comment: Table main.v: columns
COMMENT ON COLUMN v.a IS 'aa';

-- type of a column under a view: Table main.t: columns; Table main.v: columns
ALTER TABLE t ALTER a TYPE BIGINT;

-- column of a view gone: Table main.t: columns; Table main.v: columns, properties
ALTER TABLE t RENAME COLUMN a TO a2;

-- rename view: -Table main.v; +Table main.v2
ALTER VIEW v RENAME TO v2;

-- sequence increment: Sequence main.s: increment
CREATE OR REPLACE SEQUENCE s INCREMENT 5;

-- sequence bounds: Sequence main.s: maximum
CREATE OR REPLACE SEQUENCE s INCREMENT 5 MAXVALUE 500;

-- sequence cycle: Sequence main.s: cycle
CREATE OR REPLACE SEQUENCE s INCREMENT 5 MAXVALUE 500 CYCLE;

-- sequence comment: Sequence main.s: comment
COMMENT ON SEQUENCE s IS 'ss';

-- sequence value
SELECT nextval('s');

-- start of a sequence
CREATE OR REPLACE SEQUENCE s START 100 INCREMENT 5 MAXVALUE 500 CYCLE;
COMMENT ON SEQUENCE s IS 'ss';

-- macro body: StoredProcedure main.m(a, b): code
CREATE OR REPLACE MACRO m(a, b) AS a * b;

-- default of a macro's argument
CREATE OR REPLACE MACRO m(a, b := 5) AS a * b;

-- macro overloads: +StoredProcedure main.m(a)
CREATE OR REPLACE MACRO m(a, b) AS a * b, (a) AS a;

-- macro comment: StoredProcedure main.m(a): comment; StoredProcedure main.m(a, b): comment
COMMENT ON MACRO m IS 'mm';

-- table macro body: StoredProcedure main.tm(a): code
CREATE OR REPLACE MACRO tm(a) AS TABLE SELECT a + 1 AS x;

-- table macro comment: StoredProcedure main.tm(a): comment
COMMENT ON MACRO TABLE tm IS 'tt';

-- enum labels: UserType main.en: labels
DROP TYPE en;
CREATE TYPE en AS ENUM ('a', 'b', 'c\');

-- digits of an alias: UserType main.price: base_type
DROP TYPE price;
CREATE TYPE price AS DECIMAL(10, 3);

-- field of a type: UserType main.st: base_type, fields
DROP TYPE st;
CREATE TYPE st AS STRUCT(a INT, b INT);

-- type comment: UserType main.price: comment
COMMENT ON TYPE price IS 'dd';

-- rows and statistics
INSERT INTO u2 SELECT * FROM range(9);
ANALYZE;

-- create trigger: +Trigger main.u2.tr
CREATE TRIGGER tr AFTER INSERT ON U2 FOR EACH STATEMENT INSERT INTO c2 VALUES (1);

-- trigger body: Trigger main.u2.tr: definition
DROP TRIGGER tr ON u2;
CREATE TRIGGER tr AFTER INSERT ON U2 FOR EACH STATEMENT INSERT INTO c2 VALUES (2);

-- trigger event: Trigger main.u2.tr: columns, definition, events
DROP TRIGGER tr ON u2;
CREATE TRIGGER tr AFTER UPDATE OF id ON U2 FOR EACH STATEMENT INSERT INTO c2 VALUES (2);

-- drop trigger: -Trigger main.u2.tr
DROP TRIGGER tr ON u2;
