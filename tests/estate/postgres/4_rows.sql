-- A few rows, so that statistics are not all zero.
SET search_path = catalog;
INSERT INTO brands (name) SELECT 'Brand ' || n FROM generate_series(1, 20) n;
INSERT INTO tax_classes VALUES ('std', 0.25), ('low', 0.06);
INSERT INTO categories (name) SELECT 'Category ' || n FROM generate_series(1, 12) n;
INSERT INTO products (sku, brand_id, name, status, price)
    SELECT 'SKU-' || n, 1 + n % 20, 'Product ' || n, 'active', 10 + n FROM generate_series(1, 500) n;
INSERT INTO product_variants (product_id, variant_no, colour) SELECT product_id, 1, 'red' FROM products;
SET search_path = sales;
INSERT INTO currencies VALUES ('SEK', 'Swedish krona', 2), ('EUR', 'Euro', 2);
INSERT INTO customers (email, full_name) SELECT 'c' || n || '@example.com', 'Customer ' || n FROM generate_series(1, 100) n;
INSERT INTO orders (ordered_at, customer_id, total)
    SELECT timestamptz '2024-03-01 12:00+00' + n * interval '1 day', n, n * 10 FROM generate_series(1, 100) n;
REFRESH MATERIALIZED VIEW daily_revenue;
