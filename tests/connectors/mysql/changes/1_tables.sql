-- setup
SET sql_mode = '', system_versioning_alter_history = KEEP;
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(50), c TEXT, e ENUM('x', 'y'), n INT NOT NULL);
CREATE TABLE u (id INT PRIMARY KEY, t_id INT, KEY t_id (t_id), CONSTRAINT ufk FOREIGN KEY (t_id) REFERENCES t (id));
CREATE TABLE p (a INT, d DATE) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10));
CREATE TABLE h (a INT) WITH SYSTEM VERSIONING;
CREATE TABLE ai (i INT AUTO_INCREMENT PRIMARY KEY);
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t (b);
CREATE VIEW v AS SELECT id, a FROM t;
CREATE PROCEDURE pr(x INT) SELECT 1;
CREATE FUNCTION fu(x INT) RETURNS INT RETURN 1;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE SEQUENCE s;

-- add column: Table u: columns
ALTER TABLE u ADD z INT;

-- drop column: Table u: columns
ALTER TABLE u DROP z;

-- rename column: Table t: columns
ALTER TABLE t RENAME COLUMN c TO cc;

-- column type: Table t: columns
ALTER TABLE t MODIFY n BIGINT NOT NULL;

-- column length: Table t: columns
ALTER TABLE t MODIFY b VARCHAR(60);

-- column order: Table t: columns
ALTER TABLE t MODIFY b VARCHAR(60) AFTER e;

-- column default: Table t: columns
ALTER TABLE t ALTER n SET DEFAULT 5;

-- column not null: Table t: columns
ALTER TABLE t MODIFY e ENUM('x', 'y') NOT NULL;

-- column comment: Table t: columns
ALTER TABLE t MODIFY n BIGINT NOT NULL COMMENT 'nn';

-- column collation: Table t: columns
ALTER TABLE t MODIFY cc TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- column charset: Table t: columns
ALTER TABLE t MODIFY cc TEXT CHARACTER SET latin1;

-- column compressed: Table t: columns
ALTER TABLE t MODIFY cc TEXT CHARACTER SET latin1 COMPRESSED;

-- column invisible: Table t: columns
ALTER TABLE t MODIFY cc TEXT CHARACTER SET latin1 COMPRESSED INVISIBLE;

-- generated column: Table t: columns
ALTER TABLE t ADD g INT AS (n + 1) VIRTUAL;

-- generated stored: Table t: columns
ALTER TABLE t DROP g, ADD g INT AS (n + 1) STORED;

-- on update: Table u: columns
ALTER TABLE u ADD ts TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP;

-- enum label: Table t: columns
ALTER TABLE t MODIFY e ENUM('x', 'y', 'z') NOT NULL;

-- enum label renamed: Table t: columns
ALTER TABLE t MODIFY e ENUM('x', 'y', 'z\\') NOT NULL;

-- auto increment: Table ai: columns
ALTER TABLE ai MODIFY i INT;

-- auto increment counter
ALTER TABLE ai AUTO_INCREMENT = 77;

-- table comment: Table t: comment
ALTER TABLE t COMMENT 'tt';

-- table collation: Table u: properties
ALTER TABLE u DEFAULT COLLATE utf8mb4_bin;

-- row format: Table u: properties
ALTER TABLE u ROW_FORMAT = COMPRESSED;

-- table option: Table ai: properties
ALTER TABLE ai STATS_PERSISTENT = 1;

-- engine: Table ai: properties, storage
ALTER TABLE ai ENGINE = Aria;

-- index: Table t: indexes
CREATE INDEX i3 ON t (n);

-- index desc: Table t: indexes
ALTER TABLE t DROP INDEX i1, ADD INDEX i1 (a DESC);

-- index length: Table t: indexes
ALTER TABLE t DROP INDEX i2, ADD INDEX i2 (b(7));

-- index order of columns: Table t: indexes
ALTER TABLE t DROP INDEX i3, ADD INDEX i3 (a, n);

-- index unique: Table t: constraints, indexes
ALTER TABLE t DROP INDEX i3, ADD UNIQUE i3 (n);

-- index comment: Table t: indexes
ALTER TABLE t DROP INDEX i1, ADD INDEX i1 (a DESC) COMMENT 'ii';

-- index ignored: Table t: indexes
ALTER TABLE t ALTER INDEX i1 IGNORED;

-- index renamed: Table t: indexes
ALTER TABLE t RENAME INDEX i1 TO i9;

-- fulltext index: Table t: indexes
CREATE FULLTEXT INDEX ft ON t (b);

-- index using hash: Table t: ddl
ALTER TABLE t DROP INDEX i2, ADD INDEX i2 USING HASH (b(7));

-- check: Table t: constraints
ALTER TABLE t ADD CONSTRAINT ck CHECK (n > 0);

-- check changed: Table t: constraints
ALTER TABLE t DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (n > 1);

-- column check: Table u: columns, constraints
ALTER TABLE u ADD q INT CHECK (q > 1);

-- fk on delete: Table u: constraints
ALTER TABLE u DROP FOREIGN KEY ufk;
ALTER TABLE u ADD CONSTRAINT ufk FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE SET NULL;

-- primary key: Table h: columns, constraints
ALTER TABLE h ADD PRIMARY KEY (a);

-- period: Table u: columns, constraints, properties
ALTER TABLE u ADD (ps DATE NOT NULL, pe DATE NOT NULL, PERIOD FOR app (ps, pe));

-- without overlaps: Table u: constraints, indexes
ALTER TABLE u ADD UNIQUE wo (q, app WITHOUT OVERLAPS);

-- without system versioning: Table h: columns
ALTER TABLE h ADD x INT WITHOUT SYSTEM VERSIONING;

-- drop system versioning: Table h: table_type
ALTER TABLE h DROP SYSTEM VERSIONING;

-- partition
ALTER TABLE p ADD PARTITION (PARTITION p1 VALUES LESS THAN (20));

-- partitioning: Table p: partitioning
ALTER TABLE p PARTITION BY HASH (a) PARTITIONS 3;

-- subpartitions: Table p: partitioning
ALTER TABLE p PARTITION BY RANGE (a) SUBPARTITION BY KEY (d) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (10));

-- remove partitioning: Table p: partitioning, properties, table_type
ALTER TABLE p REMOVE PARTITIONING;

-- view definition: Table v: view_definition
CREATE OR REPLACE VIEW v AS SELECT id, a FROM t WHERE a > 1;

-- view column: Table v: columns, view_definition
CREATE OR REPLACE VIEW v AS SELECT id, n FROM t;

-- view security: Table v: properties
ALTER SQL SECURITY INVOKER VIEW v AS SELECT id, n FROM t;

-- view definer: Table v: owner
ALTER DEFINER = nobody@localhost SQL SECURITY INVOKER VIEW v AS SELECT id, n FROM t;

-- view algorithm: Table v: properties
ALTER ALGORITHM = MERGE DEFINER = nobody@localhost SQL SECURITY INVOKER VIEW v AS SELECT id, n FROM t;

-- view check option: Table v: properties
ALTER ALGORITHM = MERGE DEFINER = nobody@localhost SQL SECURITY INVOKER VIEW v AS SELECT id, n FROM t WITH CHECK OPTION;

-- create view: +Table v2
CREATE VIEW v2 AS SELECT 1 AS x;

-- rename table: -Table ai; +Table ai2
RENAME TABLE ai TO ai2;
