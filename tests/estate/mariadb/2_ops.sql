-- Operations, and every name that breaks a crawler.
CREATE DATABASE shop_ops CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;;
CREATE TABLE shop_ops.warehouses (warehouse_id int AUTO_INCREMENT PRIMARY KEY, name varchar(100) NOT NULL UNIQUE, place point NOT NULL, updated_at datetime, SPATIAL KEY warehouse_place (place));;
CREATE TRIGGER shop_ops.warehouses_touch BEFORE UPDATE ON shop_ops.warehouses FOR EACH ROW SET NEW.updated_at = now();;
CREATE TABLE shop_ops.stock (
    warehouse_id int, product_id bigint unsigned, variant_no int, quantity int NOT NULL DEFAULT 0 CHECK (quantity >= 0),
    PRIMARY KEY (warehouse_id, product_id, variant_no),
    CONSTRAINT stock_warehouse FOREIGN KEY (warehouse_id) REFERENCES warehouses (warehouse_id),
    CONSTRAINT stock_variant FOREIGN KEY (product_id, variant_no) REFERENCES shop_catalog.product_variants (product_id, variant_no) ON DELETE CASCADE
) COMMENT 'How much lies where; refers into another schema';;
CREATE TABLE shop_ops.stock_moves (move_id bigint AUTO_INCREMENT PRIMARY KEY, warehouse_id int, product_id bigint unsigned, variant_no int, delta int NOT NULL CHECK (delta <> 0), at timestamp(3) DEFAULT current_timestamp(3));;
CREATE TABLE shop_ops.departments (department_id int AUTO_INCREMENT PRIMARY KEY, name text NOT NULL, head_id int);;
CREATE TABLE shop_ops.employees (
    employee_id int AUTO_INCREMENT PRIMARY KEY, department_id int NOT NULL, manager_id int, full_name text NOT NULL, email varchar(200) UNIQUE, hired date DEFAULT curdate(),
    CONSTRAINT works_in FOREIGN KEY (department_id) REFERENCES departments (department_id),
    CONSTRAINT reports_to FOREIGN KEY (manager_id) REFERENCES employees (employee_id)
);;
ALTER TABLE shop_ops.departments ADD CONSTRAINT head FOREIGN KEY (head_id) REFERENCES employees (employee_id);;
CREATE TABLE shop_ops.shifts (employee_id int, starts datetime, ends datetime, PRIMARY KEY (employee_id, starts));;
CREATE TABLE shop_ops.sessions (token uuid PRIMARY KEY, employee_id int, address inet6, data varchar(1000)) ENGINE = MEMORY MAX_ROWS = 1000 COMMENT '';;
CREATE TABLE shop_ops.audit_log (entry bigint AUTO_INCREMENT PRIMARY KEY, at datetime DEFAULT now(), who varchar(80), what json);;
CREATE TABLE shop_ops.jobs (job_id bigint AUTO_INCREMENT PRIMARY KEY, queue varchar(60) NOT NULL, payload json, done boolean DEFAULT false, KEY jobs_waiting (queue, job_id));;
CREATE TABLE shop_ops.settings (`key` varchar(100) PRIMARY KEY, value json, CONSTRAINT known CHECK (`key` REGEXP '^[a-z.]+$'));;
CREATE SEQUENCE shop_ops.label_seq START WITH 100 INCREMENT BY 10 MINVALUE 100 MAXVALUE 100000 CYCLE;;
CREATE TABLE shop_ops.`select` (`from` int PRIMARY KEY, `where` text, `group` text);;
CREATE TABLE shop_ops.`Odd "Names".and dots` (id int PRIMARY KEY, `Mixed Case` text, `dot.ted` text, `quo"ted` text, `back``tick` text, `per%cent` text, `semi;colon` text);;
CREATE TABLE shop_ops.`Größe` (`größe` int PRIMARY KEY, `数量` int, `naïve` text COMMENT 'A parcel 📦');;
CREATE TABLE shop_ops.`größe` (a int);;
CREATE TABLE shop_ops.` leading blank` (a int);;
CREATE VIEW shop_ops.`View.of "Odd"` AS SELECT `Mixed Case`, `dot.ted` AS `a.b` FROM shop_ops.`Odd "Names".and dots`;;
CREATE VIEW shop_ops.stock_levels AS
    SELECT w.name AS warehouse, s.product_id, sum(s.quantity) AS quantity
    FROM shop_ops.stock s JOIN shop_ops.warehouses w USING (warehouse_id) GROUP BY w.name, s.product_id;;
CREATE VIEW shop_ops.low_stock AS SELECT * FROM shop_ops.stock_levels WHERE quantity < 5;;
CREATE TABLE shop_ops.gone_soon (a int);;
CREATE VIEW shop_ops.broken AS SELECT a FROM shop_ops.gone_soon;;
DROP TABLE shop_ops.gone_soon;;
CREATE PROCEDURE shop_ops.archive_jobs(IN before_day date, INOUT moved int, OUT kept int) MODIFIES SQL DATA SQL SECURITY INVOKER COMMENT 'Run at night'
BEGIN
    DELETE FROM shop_ops.jobs WHERE done;
    SET moved = row_count();
END;;
CREATE FUNCTION shop_ops.`Odd (fn)`(`an arg` int) RETURNS int NO SQL RETURN `an arg`;;
