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

-- procedure body: StoredProcedure pr(int(11)): code
CREATE OR REPLACE PROCEDURE pr(x INT) SELECT 2;

-- literal in a body: StoredProcedure pr(int(11)): code
CREATE OR REPLACE PROCEDURE pr(x INT) SELECT 'q\\w';

-- line break in a body: StoredProcedure pr(int(11)): code
CREATE OR REPLACE PROCEDURE pr(x INT) SELECT{CR}
'q\\w';

-- procedure argument: StoredProcedure pr(int(11)): arguments
CREATE OR REPLACE PROCEDURE pr(y INT) SELECT{CR}
'q\\w';

-- procedure comment: StoredProcedure pr(int(11)): comment
ALTER PROCEDURE pr COMMENT 'pp';

-- procedure security: StoredProcedure pr(int(11)): security_definer
ALTER PROCEDURE pr SQL SECURITY INVOKER;

-- procedure data access: StoredProcedure pr(int(11)): properties
ALTER PROCEDURE pr READS SQL DATA;

-- routine sql_mode: StoredProcedure fu(int(11)): settings
SET sql_mode = 'ANSI_QUOTES';
CREATE OR REPLACE FUNCTION fu(x INT) RETURNS INT RETURN 1;
SET sql_mode = '';

-- function deterministic: StoredProcedure fu(int(11)): deterministic
SET sql_mode = 'ANSI_QUOTES';
CREATE OR REPLACE FUNCTION fu(x INT) RETURNS INT DETERMINISTIC RETURN 1;
SET sql_mode = '';

-- function returns: StoredProcedure fu(int(11)): returns
SET sql_mode = 'ANSI_QUOTES';
CREATE OR REPLACE FUNCTION fu(x INT) RETURNS BIGINT DETERMINISTIC RETURN 1;
SET sql_mode = '';

-- routine definer: StoredProcedure pr(int(11)): definer
CREATE OR REPLACE DEFINER = nobody@localhost PROCEDURE pr(y INT) READS SQL DATA SQL SECURITY INVOKER COMMENT 'pp' SELECT{CR}
'q\\w';

-- package: +StoredProcedure package pk
SET sql_mode = ORACLE;
CREATE PACKAGE pk AS PROCEDURE q; END;
SET sql_mode = '';

-- package body: +StoredProcedure package body pk
SET sql_mode = ORACLE;
CREATE PACKAGE BODY pk AS PROCEDURE q AS BEGIN NULL; END; END;
SET sql_mode = '';

-- create event: +StoredProcedure event ev
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO SELECT 1;

-- event schedule: StoredProcedure event ev: properties
ALTER EVENT ev ON SCHEDULE EVERY 2 DAY STARTS '2037-01-01';

-- event disabled: StoredProcedure event ev: properties
ALTER EVENT ev DISABLE;

-- event on completion: StoredProcedure event ev: properties
ALTER EVENT ev ON COMPLETION PRESERVE;

-- event body: StoredProcedure event ev: code
ALTER EVENT ev DO SELECT 2;

-- event comment: StoredProcedure event ev: comment
ALTER EVENT ev COMMENT 'ee';

-- event definer: StoredProcedure event ev: definer
ALTER DEFINER = nobody@localhost EVENT ev DO SELECT 2;

-- drop event: -StoredProcedure event ev
DROP EVENT ev;

-- trigger body: Trigger t.tr: definition
CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2;

-- trigger timing: Trigger t.tr: definition, timing
CREATE OR REPLACE TRIGGER tr AFTER INSERT ON t FOR EACH ROW SET @a = 2;

-- trigger definer: Trigger t.tr: definer, definition
CREATE OR REPLACE DEFINER = nobody@localhost TRIGGER tr AFTER INSERT ON t FOR EACH ROW SET @a = 2;

-- create trigger: +Trigger t.tr2
CREATE TRIGGER tr2 AFTER INSERT ON t FOR EACH ROW SET @a = 2;

-- trigger order: Trigger t.tr: order; Trigger t.tr2: order
CREATE OR REPLACE TRIGGER tr2 AFTER INSERT ON t FOR EACH ROW PRECEDES tr SET @a = 2;

-- drop trigger: Trigger t.tr: order; -Trigger t.tr2
DROP TRIGGER tr2;

-- sequence increment: Sequence s: increment
ALTER SEQUENCE s INCREMENT BY 5;

-- sequence cache: Sequence s: cache
ALTER SEQUENCE s CACHE 5;

-- sequence cycle: Sequence s: cycle
ALTER SEQUENCE s CYCLE;

-- sequence bounds: Sequence s: maximum
ALTER SEQUENCE s MAXVALUE 5000;

-- sequence value
SELECT NEXTVAL(s);

-- sequence comment: Sequence s: comment
ALTER TABLE s COMMENT 'ss';

-- schema collation: Schema: collation
ALTER DATABASE COLLATE utf8mb4_bin;

-- schema comment: Schema: comment
ALTER DATABASE COMMENT 'dd';

-- grant on a table: Table t: grants
GRANT SELECT ON t TO CURRENT_USER;

-- grant option: Table t: grants
GRANT SELECT ON t TO CURRENT_USER WITH GRANT OPTION;

-- grant on a column: Table t: grants
GRANT UPDATE (n) ON t TO CURRENT_USER;

-- revoke: Table t: grants
REVOKE UPDATE (n) ON t FROM CURRENT_USER;

-- grant on a view: Table v: grants
GRANT SELECT ON v TO CURRENT_USER;

-- grant on a sequence: Sequence s: grants
GRANT SELECT ON s TO CURRENT_USER;

-- grant on a routine: StoredProcedure pr(int(11)): grants
GRANT EXECUTE ON PROCEDURE pr TO CURRENT_USER;

-- grant on a schema
GRANT SELECT ON * TO CURRENT_USER;

-- index statistics
ANALYZE TABLE t PERSISTENT FOR ALL;
