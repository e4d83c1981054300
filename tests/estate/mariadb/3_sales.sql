-- Sales: partitioned tables, cross-schema foreign keys.
CREATE DATABASE shop_sales CHARACTER SET utf8mb4;;
CREATE TABLE shop_sales.currencies (code char(3) PRIMARY KEY, name tinytext NOT NULL, digits tinyint unsigned NOT NULL DEFAULT 2);;
CREATE TABLE shop_sales.exchange_rates (base char(3), quoted char(3), day date, rate decimal(20,10) NOT NULL, PRIMARY KEY (base, quoted, day),
    FOREIGN KEY (base) REFERENCES currencies (code), FOREIGN KEY (quoted) REFERENCES currencies (code));;
CREATE TABLE shop_sales.customers (
    customer_id bigint AUTO_INCREMENT PRIMARY KEY,
    email varchar(200) NOT NULL COMMENT 'Personal data',
    full_name text NOT NULL,
    credit_limit decimal(10,2) DEFAULT 0.00,
    created_at timestamp NOT NULL DEFAULT current_timestamp(),
    CONSTRAINT customers_email UNIQUE (email)
) COMMENT 'People and companies that buy';;
CREATE TABLE shop_sales.addresses (address_id bigint AUTO_INCREMENT PRIMARY KEY, customer_id bigint NOT NULL, street text, city text, is_default boolean,
    FOREIGN KEY (customer_id) REFERENCES customers (customer_id) ON DELETE CASCADE);;
CREATE TABLE shop_sales.segments (segment_id int AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, rule json);;
CREATE TABLE shop_sales.segment_members (segment_id int, customer_id bigint, since date DEFAULT curdate(), PRIMARY KEY (segment_id, customer_id));;
CREATE TABLE shop_sales.carts (cart_id uuid PRIMARY KEY, customer_id bigint, FOREIGN KEY (customer_id) REFERENCES customers (customer_id));;
CREATE TABLE shop_sales.cart_items (cart_id uuid, product_id bigint unsigned, variant_no int, quantity int NOT NULL DEFAULT 1, PRIMARY KEY (cart_id, product_id, variant_no),
    FOREIGN KEY (product_id, variant_no) REFERENCES shop_catalog.product_variants (product_id, variant_no));;
CREATE TABLE shop_sales.coupons (code varchar(20) PRIMARY KEY, percent decimal(5,2) CHECK (percent > 0 AND percent <= 100));;
CREATE TABLE shop_sales.payment_methods (method varchar(20) PRIMARY KEY, fee decimal(6,3));;
CREATE TABLE shop_sales.shipping_methods (method varchar(20) PRIMARY KEY, carrier text);;
CREATE TABLE shop_sales.orders (
    order_id bigint AUTO_INCREMENT, ordered_at datetime NOT NULL, customer_id bigint NOT NULL,
    status enum('new','paid','shipped','done','cancelled') NOT NULL DEFAULT 'new',
    currency char(3) NOT NULL DEFAULT 'SEK', total decimal(14,2) NOT NULL COMMENT 'With tax',
    PRIMARY KEY (order_id, ordered_at), KEY orders_customer (customer_id, ordered_at)
) COMMENT 'One row an order, partitioned by year'
PARTITION BY RANGE (year(ordered_at)) (
    PARTITION y2024 VALUES LESS THAN (2025), PARTITION y2025 VALUES LESS THAN (2026), PARTITION rest VALUES LESS THAN MAXVALUE
);;
CREATE TABLE shop_sales.order_items (order_id bigint, line int, product_id bigint unsigned, variant_no int, quantity int NOT NULL, price decimal(12,2), PRIMARY KEY (order_id, line))
    PARTITION BY HASH (order_id) PARTITIONS 4;;
CREATE TABLE shop_sales.order_events (order_id bigint, kind varchar(20), at datetime, detail json) PARTITION BY LIST COLUMNS (kind) (
    PARTITION payment VALUES IN ('paid', 'refunded'), PARTITION other VALUES IN ('new', 'sent'));;
CREATE TABLE shop_sales.order_notes (note_id bigint AUTO_INCREMENT PRIMARY KEY, order_id bigint NOT NULL, author int, body text,
    FOREIGN KEY (author) REFERENCES shop_ops.employees (employee_id));;
CREATE TABLE shop_sales.payments (payment_id bigint AUTO_INCREMENT PRIMARY KEY, order_id bigint NOT NULL, method varchar(20), amount decimal(14,2) NOT NULL,
    FOREIGN KEY (method) REFERENCES payment_methods (method));;
CREATE TABLE shop_sales.refunds (refund_id bigint AUTO_INCREMENT PRIMARY KEY, payment_id bigint NOT NULL, amount decimal(14,2) CHECK (amount > 0),
    FOREIGN KEY (payment_id) REFERENCES payments (payment_id));;
CREATE TABLE shop_sales.invoices (invoice_no bigint PRIMARY KEY DEFAULT nextval(shop_ops.label_seq), order_id bigint NOT NULL, issued date NOT NULL, pdf mediumblob);;
CREATE TABLE shop_sales.invoice_lines (invoice_no bigint, line int, text text NOT NULL, amount decimal(12,2), PRIMARY KEY (invoice_no, line), FOREIGN KEY (invoice_no) REFERENCES invoices (invoice_no));;
CREATE TABLE shop_sales.coupon_uses (code varchar(20), order_id bigint, PRIMARY KEY (code, order_id), FOREIGN KEY (code) REFERENCES coupons (code));;
CREATE TABLE shop_sales.gift_cards (card_no char(16) PRIMARY KEY, balance decimal(10,2) NOT NULL, bought_by bigint);;
CREATE TABLE shop_sales.shipments (shipment_id bigint AUTO_INCREMENT PRIMARY KEY, order_id bigint NOT NULL, warehouse_id int NOT NULL, method varchar(20), tracking varchar(80) UNIQUE,
    FOREIGN KEY (warehouse_id) REFERENCES shop_ops.warehouses (warehouse_id), FOREIGN KEY (method) REFERENCES shipping_methods (method));;
CREATE TABLE shop_sales.returns (return_id bigint AUTO_INCREMENT PRIMARY KEY, shipment_id bigint, received date, FOREIGN KEY (shipment_id) REFERENCES shipments (shipment_id));;
CREATE TABLE shop_sales.return_items (return_id bigint, line int, state text, PRIMARY KEY (return_id, line), FOREIGN KEY (return_id) REFERENCES returns (return_id));;
CREATE TABLE shop_sales.subscriptions (subscription_id bigint AUTO_INCREMENT PRIMARY KEY, customer_id bigint, product_id bigint unsigned, every_days int NOT NULL,
    FOREIGN KEY (product_id) REFERENCES shop_catalog.products (product_id));;
CREATE VIEW shop_sales.order_totals AS SELECT o.order_id, o.customer_id, sum(i.quantity * i.price) AS total FROM shop_sales.orders o JOIN shop_sales.order_items i USING (order_id) GROUP BY o.order_id, o.customer_id;;
CREATE VIEW shop_sales.customer_value AS SELECT customer_id, count(*) AS orders, sum(total) AS value FROM shop_sales.order_totals GROUP BY customer_id;;
CREATE VIEW shop_sales.best_customers AS SELECT c.customer_id, c.full_name, v.value FROM shop_sales.customer_value v JOIN shop_sales.customers c USING (customer_id) WHERE v.value > 1000;;
CREATE TRIGGER shop_sales.orders_check BEFORE INSERT ON shop_sales.orders FOR EACH ROW SET NEW.total = coalesce(NEW.total, 0);;
CREATE TRIGGER shop_sales.orders_log AFTER INSERT ON shop_sales.orders FOR EACH ROW INSERT INTO shop_sales.order_events (order_id, kind) VALUES (NEW.order_id, 'new');;
CREATE PROCEDURE shop_sales.close_order(IN which bigint, IN note text) UPDATE shop_sales.orders SET status = 'done' WHERE order_id = which;;
INSERT INTO shop_sales.customers (email, full_name) VALUES ('a@example.com', 'A'), ('b@example.com', 'B');;
