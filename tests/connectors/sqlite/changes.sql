-- setup
CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b TEXT, c TEXT);
CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INT REFERENCES t (id));
CREATE TABLE w (a TEXT PRIMARY KEY, b INT);
CREATE TABLE x (id INTEGER PRIMARY KEY);
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t (b);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT 1; END;

-- create table: +Table n
CREATE TABLE n (a);

-- drop table: -Table n
DROP TABLE n;

-- rename table: -Table w; +Table w2
ALTER TABLE w RENAME TO w2;

-- table in another case: +Table W2; -Table w2
DROP TABLE w2;
CREATE TABLE W2 (a TEXT PRIMARY KEY, b INT);

-- add column: Table t: columns
ALTER TABLE t ADD COLUMN d REAL;

-- drop column: Table t: columns
ALTER TABLE t DROP COLUMN d;

-- rename column: Table t: columns
ALTER TABLE t RENAME COLUMN c TO cc;

-- column default: Table t: columns
ALTER TABLE t DROP COLUMN cc;
ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'x';

-- column not null: Table t: columns
ALTER TABLE t DROP COLUMN c;
ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT 'x';

-- column collation: Table t: columns
ALTER TABLE t DROP COLUMN c;
ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE;

-- column check: Table t: constraints
ALTER TABLE t DROP COLUMN c;
ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE CHECK (c <> 'y');

-- not null conflict: Table t: constraints
ALTER TABLE t DROP COLUMN c;
ALTER TABLE t ADD COLUMN c TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'x' COLLATE NOCASE CHECK (c <> 'y');

-- generated column: Table t: columns
ALTER TABLE t ADD COLUMN g INT AS (a + 1);

-- generated expression: Table t: columns
ALTER TABLE t DROP COLUMN g;
ALTER TABLE t ADD COLUMN g INT AS (json_extract(b, '$.x'));

-- foreign key: Table u: columns, constraints
ALTER TABLE u ADD COLUMN k INT REFERENCES t (id);

-- foreign key on delete: Table u: constraints
ALTER TABLE u DROP COLUMN k;
ALTER TABLE u ADD COLUMN k INT REFERENCES t (id) ON DELETE CASCADE;

-- foreign key deferrable: Table u: constraints
ALTER TABLE u DROP COLUMN k;
ALTER TABLE u ADD COLUMN k INT REFERENCES t (id) ON DELETE CASCADE DEFERRABLE;

-- foreign key initially deferred: Table u: constraints
ALTER TABLE u DROP COLUMN k;
ALTER TABLE u ADD COLUMN k INT REFERENCES t (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- name of a foreign key: Table u: constraints
ALTER TABLE u DROP COLUMN k;
ALTER TABLE u ADD COLUMN k INT CONSTRAINT kk REFERENCES t (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- unique: Table W2: columns, constraints
DROP TABLE W2;
CREATE TABLE W2 (a TEXT PRIMARY KEY, b INT, c UNIQUE);

-- unique conflict: Table W2: constraints
DROP TABLE W2;
CREATE TABLE W2 (a TEXT PRIMARY KEY, b INT, c UNIQUE ON CONFLICT REPLACE);

-- primary key: Table W2: constraints
DROP TABLE W2;
CREATE TABLE W2 (a TEXT, b INT, c UNIQUE ON CONFLICT REPLACE, PRIMARY KEY (b, a));

-- without rowid: Table W2: columns, properties
DROP TABLE W2;
CREATE TABLE W2 (a TEXT, b INT, c UNIQUE ON CONFLICT REPLACE, PRIMARY KEY (b, a)) WITHOUT ROWID;

-- strict: Table W2: columns, properties
DROP TABLE W2;
CREATE TABLE W2 (a TEXT, b INT, c ANY UNIQUE ON CONFLICT REPLACE, PRIMARY KEY (b, a)) WITHOUT ROWID, STRICT;

-- autoincrement: Table x: columns
DROP TABLE x;
CREATE TABLE x (id INTEGER PRIMARY KEY AUTOINCREMENT);

-- create index: Table t: indexes
CREATE INDEX i3 ON t (a, b);

-- index desc: Table t: indexes
DROP INDEX i1;
CREATE INDEX i1 ON t (a DESC);

-- index collation: Table t: indexes
DROP INDEX i2;
CREATE INDEX i2 ON t (b COLLATE NOCASE);

-- index predicate: Table t: indexes
DROP INDEX i2;
CREATE INDEX i2 ON t (b COLLATE NOCASE) WHERE a > 1;

-- index expression: Table t: indexes
DROP INDEX i3;
CREATE INDEX i3 ON t (a, lower(b));

-- index unique: Table t: indexes
DROP INDEX i1;
CREATE UNIQUE INDEX i1 ON t (a DESC);

-- drop index: Table t: indexes
DROP INDEX i3;

-- view definition: Table v: view_definition
DROP VIEW v;
CREATE VIEW v AS SELECT id, a FROM t WHERE a > 1;

-- view columns: Table v: columns, view_definition
DROP VIEW v;
CREATE VIEW v (x, y) AS SELECT id, a FROM t WHERE a > 1;

-- broken view: +Table bad
CREATE VIEW bad AS SELECT * FROM nowhere;

-- trigger body: Trigger t.tr: definition
DROP TRIGGER tr;
CREATE TRIGGER tr BEFORE INSERT ON t BEGIN SELECT 2; END;

-- trigger timing: Trigger t.tr: definition, timing
DROP TRIGGER tr;
CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 2; END;

-- trigger event: Trigger t.tr: definition, events
DROP TRIGGER tr;
CREATE TRIGGER tr AFTER UPDATE ON t BEGIN SELECT 2; END;

-- trigger columns: Trigger t.tr: columns, definition
DROP TRIGGER tr;
CREATE TRIGGER tr AFTER UPDATE OF a ON t BEGIN SELECT 2; END;

-- trigger condition: Trigger t.tr: condition, definition
DROP TRIGGER tr;
CREATE TRIGGER tr AFTER UPDATE OF a ON t WHEN NEW.a > 1 BEGIN SELECT 2; END;

-- trigger on a view: +Trigger v.vt
CREATE TRIGGER vt INSTEAD OF INSERT ON V BEGIN SELECT 1; END;

-- virtual table: +Table f
CREATE VIRTUAL TABLE f USING fts5 (body);

-- options of a virtual table: Table f: ddl
DROP TABLE f;
CREATE VIRTUAL TABLE f USING fts5 (body, tokenize = 'porter');

-- rows and their statistics
INSERT INTO u DEFAULT VALUES;
ANALYZE;

-- user version
PRAGMA user_version = 7;

-- journal mode
PRAGMA journal_mode = WAL;
