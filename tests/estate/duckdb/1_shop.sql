-- The shop in one DuckDB file: three schemas, nested types to some depth, macros, sequences.
CREATE SCHEMA catalog;
CREATE SCHEMA sales;
CREATE SCHEMA ops;
CREATE TYPE catalog.product_status AS ENUM ('draft', 'active', 'sold out', 'retired');
CREATE SEQUENCE sales.invoice_no START 20260001;

CREATE TABLE catalog.brands (brand_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, country VARCHAR DEFAULT 'SE');
COMMENT ON TABLE catalog.brands IS 'Makers of products';
COMMENT ON COLUMN catalog.brands.country IS 'ISO 3166 alpha-2';
CREATE TABLE catalog.categories (category_id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES catalog.categories (category_id), name VARCHAR NOT NULL, UNIQUE (parent_id, name));
CREATE TABLE catalog.products (
    product_id BIGINT PRIMARY KEY,
    sku VARCHAR UNIQUE,
    brand_id INTEGER NOT NULL REFERENCES catalog.brands (brand_id),
    name VARCHAR NOT NULL,
    status catalog.product_status DEFAULT 'draft',
    price DECIMAL(12,2) NOT NULL CHECK (price > 0),
    discount DOUBLE DEFAULT 0,
    price_net DOUBLE GENERATED ALWAYS AS (price * (1 - discount)) VIRTUAL,
    labels VARCHAR[],
    size STRUCT(width DECIMAL(8,2), height DECIMAL(8,2), "odd, name" STRUCT(deep INTEGER[], map MAP(VARCHAR, STRUCT(x INTEGER, y VARCHAR[])))),
    pixel UTINYINT[3],
    either UNION(num INTEGER, str VARCHAR),
    attributes JSON,
    released TIMESTAMPTZ DEFAULT now()
);
COMMENT ON TABLE catalog.products IS 'Everything that can be sold';
CREATE INDEX products_brand ON catalog.products (brand_id);
CREATE TABLE catalog.product_variants (product_id BIGINT, variant_no INTEGER, colour VARCHAR, barcode BIT, PRIMARY KEY (product_id, variant_no));
CREATE TABLE catalog.media (media_id UUID PRIMARY KEY, content BLOB, huge HUGEINT, unsigned UBIGINT);
CREATE VIEW catalog.active_products AS SELECT product_id, sku, name, price FROM catalog.products WHERE status = 'active';
CREATE VIEW catalog.cheap_products AS SELECT * FROM catalog.active_products WHERE price < 100;
COMMENT ON VIEW catalog.active_products IS 'What the shop shows';
CREATE MACRO catalog.tax(amount, rate := 0.25) AS amount * rate;
CREATE MACRO catalog.products_of(brand) AS TABLE SELECT * FROM catalog.products WHERE brand_id = brand;

CREATE TABLE sales.customers (customer_id BIGINT PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, home STRUCT(street VARCHAR, city VARCHAR), phones VARCHAR[], created_at TIMESTAMP);
CREATE TABLE sales.orders (order_id BIGINT PRIMARY KEY, customer_id BIGINT REFERENCES sales.customers (customer_id), ordered_at TIMESTAMP, total DECIMAL(14,2), every INTERVAL);
CREATE TABLE sales.order_items (order_id BIGINT REFERENCES sales.orders (order_id), line INTEGER, product_id BIGINT, quantity INTEGER DEFAULT 1, PRIMARY KEY (order_id, line));
CREATE TABLE sales.invoices (invoice_no BIGINT PRIMARY KEY DEFAULT nextval('sales.invoice_no'), order_id BIGINT, issued DATE);
CREATE VIEW sales.order_totals AS SELECT order_id, sum(quantity) AS quantity FROM sales.order_items GROUP BY order_id;

CREATE TABLE ops.warehouses (warehouse_id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE ops.stock (warehouse_id INTEGER, product_id BIGINT, variant_no INTEGER, quantity INTEGER CHECK (quantity >= 0), PRIMARY KEY (warehouse_id, product_id, variant_no));
CREATE TABLE ops."select" ("from" INTEGER PRIMARY KEY, "where" VARCHAR, "group" VARCHAR);
CREATE TABLE ops."Odd ""Names"".and dots" ("id" INTEGER PRIMARY KEY, "Mixed Case" VARCHAR, "dot.ted" VARCHAR, "quo""ted" VARCHAR, "per%cent" VARCHAR, "semi;colon" VARCHAR, " " VARCHAR);
CREATE TABLE ops."Größe 📦" ("größe" INTEGER, "数量" INTEGER, "📦" VARCHAR);
CREATE TABLE ops." leading blank" (a INTEGER);
CREATE VIEW ops."View.of ""Odd""" AS SELECT "Mixed Case", "dot.ted" AS "a.b" FROM ops."Odd ""Names"".and dots";

INSERT INTO catalog.brands (brand_id, name) SELECT n, 'Brand ' || n FROM range(20) t(n);
