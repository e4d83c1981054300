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
