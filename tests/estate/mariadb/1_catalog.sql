-- The shop on MariaDB; a database is a schema there. Statements end with two semicolons, since routines hold single ones.
CREATE DATABASE shop_catalog CHARACTER SET utf8mb4 COMMENT 'What we sell';;
CREATE TABLE shop_catalog.brands (
    brand_id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name varchar(120) NOT NULL UNIQUE COMMENT 'As they write it',
    country char(2) DEFAULT 'SE' COMMENT 'ISO 3166 alpha-2',
    founded year
) COMMENT 'Makers of products' AUTO_INCREMENT = 100;;
CREATE TABLE shop_catalog.categories (
    category_id int AUTO_INCREMENT PRIMARY KEY,
    parent_id int,
    name varchar(80) NOT NULL,
    position smallint NOT NULL DEFAULT 0,
    UNIQUE KEY one_name (parent_id, name),
    CONSTRAINT category_parent FOREIGN KEY (parent_id) REFERENCES categories (category_id) ON DELETE SET NULL
) COMMENT 'A tree: parent_id points at this very table';;
CREATE TABLE shop_catalog.tax_classes (code varchar(8) PRIMARY KEY, rate decimal(5,4) NOT NULL CHECK (rate >= 0 AND rate < 1));;
CREATE TABLE shop_catalog.units_of_measure (code varchar(8) PRIMARY KEY, name tinytext NOT NULL, factor double DEFAULT 1);;
CREATE TABLE shop_catalog.products (
    product_id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
    sku varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
    brand_id int unsigned NOT NULL,
    tax_code varchar(8) NOT NULL DEFAULT 'std',
    name varchar(200) NOT NULL,
    description mediumtext,
    status enum('draft','active','sold out','it''s retired') NOT NULL DEFAULT 'draft',
    labels set('new','sale','eco'),
    price decimal(12,2) NOT NULL COMMENT 'In the shop''s own currency',
    discount decimal(5,4) NOT NULL DEFAULT 0.0000,
    price_net decimal(14,2) AS (price * (1 - discount)) STORED,
    name_upper varchar(200) AS (upper(name)) VIRTUAL,
    attributes json DEFAULT '{}',
    released timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
    flags bit(4) DEFAULT b'0101',
    secret int INVISIBLE DEFAULT 7,
    KEY products_brand_price (brand_id, price DESC),
    KEY products_name (name(20)),
    FULLTEXT KEY products_text (name, description),
    CONSTRAINT price_positive CHECK (price > 0),
    CONSTRAINT product_brand FOREIGN KEY (brand_id) REFERENCES brands (brand_id) ON UPDATE CASCADE,
    CONSTRAINT product_tax FOREIGN KEY (tax_code) REFERENCES tax_classes (code)
) COMMENT 'Everything that can be sold; a "quote", it''s here';;
CREATE TABLE shop_catalog.product_categories (
    product_id bigint unsigned, category_id int, PRIMARY KEY (product_id, category_id),
    FOREIGN KEY (product_id) REFERENCES products (product_id) ON DELETE CASCADE,
    FOREIGN KEY (category_id) REFERENCES categories (category_id) ON DELETE CASCADE
);;
CREATE TABLE shop_catalog.product_variants (
    product_id bigint unsigned NOT NULL, variant_no int NOT NULL, colour varchar(30), size_label varchar(10), weight_grams float,
    PRIMARY KEY (product_id, variant_no), UNIQUE KEY variant_looks (product_id, colour, size_label),
    FOREIGN KEY (product_id) REFERENCES products (product_id)
) COMMENT 'Composite key: product and number';;
CREATE TABLE shop_catalog.product_images (image_id uuid DEFAULT uuid() PRIMARY KEY, product_id bigint unsigned, variant_no int, url text NOT NULL,
    FOREIGN KEY (product_id, variant_no) REFERENCES product_variants (product_id, variant_no));;
CREATE TABLE shop_catalog.product_translations (product_id bigint unsigned, locale varchar(10), name text NOT NULL, PRIMARY KEY (locale, product_id));;
CREATE TABLE shop_catalog.price_lists (price_list_id int AUTO_INCREMENT PRIMARY KEY, name varchar(60) UNIQUE, currency char(3) NOT NULL);;
CREATE TABLE shop_catalog.prices (
    price_list_id int, product_id bigint unsigned, valid_from date, valid_to date, amount decimal(12,4) NOT NULL,
    PERIOD FOR valid (valid_from, valid_to), PRIMARY KEY (price_list_id, product_id, valid_from),
    FOREIGN KEY (price_list_id) REFERENCES price_lists (price_list_id)
);;
CREATE TABLE shop_catalog.price_history (product_id bigint unsigned PRIMARY KEY, price decimal(12,2)) WITH SYSTEM VERSIONING COMMENT 'The server keeps old rows';;
CREATE TABLE shop_catalog.suppliers (supplier_id int AUTO_INCREMENT PRIMARY KEY, name text NOT NULL, homepage varchar(2000), address inet6);;
CREATE TABLE shop_catalog.supplier_products (supplier_id int, product_id bigint unsigned, cost decimal(10,2), lead_time time(3), PRIMARY KEY (supplier_id, product_id));;
CREATE TABLE shop_catalog.attributes (attribute_id int AUTO_INCREMENT PRIMARY KEY, name varchar(60) NOT NULL, unit varchar(8), FOREIGN KEY (unit) REFERENCES units_of_measure (code));;
CREATE TABLE shop_catalog.attribute_values (attribute_id int, product_id bigint unsigned, value_text longtext, value_number double(16,4), PRIMARY KEY (attribute_id, product_id));;
CREATE TABLE shop_catalog.reviews (review_id bigint AUTO_INCREMENT PRIMARY KEY, product_id bigint unsigned NOT NULL, stars tinyint NOT NULL CHECK (stars BETWEEN 1 AND 5), body text, written datetime(6) DEFAULT current_timestamp(6));;
CREATE TABLE shop_catalog.review_votes (review_id bigint, voter bigint, up boolean NOT NULL, PRIMARY KEY (review_id, voter), FOREIGN KEY (review_id) REFERENCES reviews (review_id));;
CREATE TABLE shop_catalog.bundles (bundle_id int AUTO_INCREMENT PRIMARY KEY, name text NOT NULL) ENGINE = Aria;;
CREATE TABLE shop_catalog.bundle_items (bundle_id int, product_id bigint unsigned, variant_no int, quantity int NOT NULL DEFAULT 1, PRIMARY KEY (bundle_id, product_id, variant_no));;
CREATE TABLE shop_catalog.related_products (product_id bigint unsigned, related_id bigint unsigned, reason text, PRIMARY KEY (product_id, related_id), CHECK (product_id <> related_id));;
CREATE TABLE shop_catalog.media_blobs (media_id binary(16) PRIMARY KEY, mime varchar(100), content longblob, checksum varbinary(64) NOT NULL);;
CREATE VIEW shop_catalog.active_products AS SELECT product_id, sku, name, price_net AS price FROM shop_catalog.products WHERE status = 'active';;
CREATE VIEW shop_catalog.product_search AS
    SELECT a.product_id, a.name, b.name AS brand, a.price FROM shop_catalog.active_products a
    JOIN shop_catalog.products p USING (product_id) JOIN shop_catalog.brands b USING (brand_id);;
CREATE FUNCTION shop_catalog.tax(amount decimal(12,2), code varchar(8)) RETURNS decimal(12,2) DETERMINISTIC READS SQL DATA COMMENT 'Tax of an amount'
    RETURN amount * (SELECT rate FROM shop_catalog.tax_classes t WHERE t.code = code);;
INSERT INTO shop_catalog.brands (name) VALUES ('Brand 1'), ('Brand 2');;
INSERT INTO shop_catalog.tax_classes VALUES ('std', 0.25), ('low', 0.06);;
INSERT INTO shop_catalog.products (sku, brand_id, name, price) SELECT 'SKU-1', min(brand_id), 'Product 1', 10 FROM shop_catalog.brands;;
