-- The shop in one SQLite file: a smaller cut of the same tables, with what only SQLite has.
PRAGMA foreign_keys = ON;

CREATE TABLE brands (brand_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, country CHAR(2) DEFAULT 'SE');
CREATE TABLE categories (
    category_id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (category_id) ON DELETE SET NULL,
    name VARCHAR(80) NOT NULL COLLATE NOCASE,
    UNIQUE (parent_id, name)
);
CREATE TABLE tax_classes (code TEXT PRIMARY KEY, rate NUMERIC(5,4) NOT NULL CHECK (rate >= 0 AND rate < 1)) WITHOUT ROWID;
CREATE TABLE products (
    product_id INTEGER PRIMARY KEY,
    sku VARCHAR(32) NOT NULL UNIQUE,
    brand_id INTEGER NOT NULL REFERENCES brands ON UPDATE CASCADE ON DELETE RESTRICT,
    tax_code TEXT NOT NULL DEFAULT 'std' REFERENCES tax_classes (code),
    name TEXT NOT NULL,
    price DECIMAL(12,2) NOT NULL,
    discount REAL NOT NULL DEFAULT 0,
    price_net DECIMAL(14,2) GENERATED ALWAYS AS (price * (1 - discount)) STORED,
    name_upper TEXT AS (upper(name)) VIRTUAL,
    attributes JSON DEFAULT '{}',
    released TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT price_positive CHECK (price > 0)
);
CREATE INDEX products_name_lower ON products (lower(name));
CREATE INDEX products_active ON products (brand_id, price DESC) WHERE discount = 0;
CREATE TABLE product_categories (
    product_id INTEGER REFERENCES products ON DELETE CASCADE,
    category_id INTEGER REFERENCES categories ON DELETE CASCADE,
    PRIMARY KEY (product_id, category_id)
) WITHOUT ROWID;
CREATE TABLE product_variants (
    product_id INTEGER NOT NULL REFERENCES products, variant_no INTEGER NOT NULL, colour TEXT, PRIMARY KEY (product_id, variant_no)
);
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, full_name TEXT, home ANY) STRICT;
CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, ordered_at TEXT, status TEXT DEFAULT 'new', total NUMERIC
);
CREATE TABLE order_items (
    order_id INTEGER REFERENCES orders ON DELETE CASCADE, line INTEGER, product_id INTEGER, variant_no INTEGER, quantity INTEGER DEFAULT 1,
    PRIMARY KEY (order_id, line),
    CONSTRAINT item_variant FOREIGN KEY (product_id, variant_no) REFERENCES product_variants (product_id, variant_no) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE employees (employee_id INTEGER PRIMARY KEY, manager_id INTEGER REFERENCES employees, full_name TEXT);
CREATE TABLE audit_log (at, who, what);
CREATE VIRTUAL TABLE product_search USING fts5 (name, description);

CREATE TABLE "select" ("from" INTEGER PRIMARY KEY, "where" TEXT, "group" TEXT);
CREATE TABLE "Odd ""Names"".and dots" ("id" INTEGER PRIMARY KEY, "Mixed Case" TEXT, "dot.ted" TEXT, "quo""ted" TEXT, "per%cent" TEXT, "semi;colon" TEXT, " " TEXT);
CREATE TABLE "Größe 📦" ("größe" INTEGER PRIMARY KEY, "数量" INTEGER, "📦" TEXT);
CREATE TABLE " leading blank" (a INTEGER);

CREATE VIEW active_products AS SELECT product_id, sku, name, price_net AS price FROM products WHERE discount < 1;
CREATE VIEW cheap_products AS SELECT * FROM active_products WHERE price < 100;
CREATE VIEW "View.of ""Odd""" AS SELECT "Mixed Case", "dot.ted" AS "a.b" FROM "Odd ""Names"".and dots";
CREATE VIEW broken AS SELECT * FROM a_table_that_went_away;
CREATE TRIGGER orders_log AFTER INSERT ON orders BEGIN INSERT INTO audit_log VALUES (datetime(), 'shop', NEW.order_id); END;
CREATE TRIGGER active_products_edit INSTEAD OF UPDATE ON active_products BEGIN SELECT 1; END;

INSERT INTO brands (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT 'Brand ' || i FROM n;
INSERT INTO customers (email, full_name) VALUES ('a@example.com', 'A'), ('b@example.com', 'B');
