-- Sales: customers, orders (partitioned three ways), money. Cross-schema foreign keys in all directions.
CREATE SCHEMA sales;
COMMENT ON SCHEMA sales IS 'Who buys what';
SET search_path = sales;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'shipped', 'done', 'cancelled');
CREATE TYPE address AS (street text, city text, postcode varchar(12), country char(2));
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
COMMENT ON DOMAIN email IS 'Good enough an address';
CREATE SEQUENCE invoice_no START 20260001;
COMMENT ON SEQUENCE invoice_no IS 'Without gaps, says the tax office';

CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL, digits smallint NOT NULL DEFAULT 2);
CREATE TABLE exchange_rates (
    base char(3) REFERENCES currencies, quoted char(3) REFERENCES currencies, day date, rate numeric NOT NULL,
    PRIMARY KEY (base, quoted, day)
);
CREATE TABLE customers (
    customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email email NOT NULL,
    full_name text NOT NULL,
    home address,
    phones varchar(20)[],
    last_ip inet,
    marketing boolean NOT NULL DEFAULT false,
    credit_limit numeric(10,2) DEFAULT 0.00,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customers_email_key UNIQUE (email)
);
COMMENT ON TABLE customers IS 'People and companies that buy';
COMMENT ON COLUMN customers.email IS 'Personal data';
CREATE UNIQUE INDEX customers_email_lower ON customers (lower(email));
CREATE TABLE addresses (address_id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE, address address NOT NULL, is_default boolean);
CREATE UNIQUE INDEX one_default_address ON addresses (customer_id) WHERE is_default;
CREATE TABLE segments (segment_id serial PRIMARY KEY, name text NOT NULL, rule json);
CREATE TABLE segment_members (
    segment_id integer REFERENCES segments, customer_id bigint REFERENCES customers, since date DEFAULT CURRENT_DATE,
    PRIMARY KEY (segment_id, customer_id)
);
CREATE TABLE carts (cart_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), customer_id bigint REFERENCES customers, expires interval DEFAULT '7 days');
CREATE TABLE cart_items (
    cart_id uuid REFERENCES carts ON DELETE CASCADE, product_id bigint, variant_no integer, quantity integer NOT NULL DEFAULT 1,
    PRIMARY KEY (cart_id, product_id, variant_no),
    FOREIGN KEY (product_id, variant_no) REFERENCES catalog.product_variants
);
CREATE TABLE coupons (code varchar(20) PRIMARY KEY, percent numeric(5,2) CHECK (percent > 0 AND percent <= 100), valid tstzrange);
CREATE TABLE payment_methods (method varchar(20) PRIMARY KEY, fee numeric(6,3));
CREATE TABLE shipping_methods (method varchar(20) PRIMARY KEY, carrier text, days int4range);

CREATE TABLE orders (
    order_id bigint GENERATED ALWAYS AS IDENTITY,
    ordered_at timestamptz NOT NULL,
    customer_id bigint NOT NULL REFERENCES customers,
    status order_status NOT NULL DEFAULT 'new',
    currency char(3) NOT NULL DEFAULT 'SEK' REFERENCES currencies,
    total numeric(14,2) NOT NULL CHECK (total >= 0),
    ship_to address,
    history order_status[],
    PRIMARY KEY (order_id, ordered_at)
) PARTITION BY RANGE (ordered_at);
COMMENT ON TABLE orders IS 'One row an order, partitioned by year';
COMMENT ON COLUMN orders.total IS 'With tax';
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE orders_2026 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
CREATE INDEX orders_customer ON orders (customer_id, ordered_at DESC);
CREATE TABLE order_items (
    order_id bigint, ordered_at timestamptz, line integer, product_id bigint NOT NULL, variant_no integer NOT NULL,
    quantity integer NOT NULL, price numeric(12,2) NOT NULL,
    PRIMARY KEY (order_id, line),
    FOREIGN KEY (order_id, ordered_at) REFERENCES orders ON DELETE CASCADE,
    FOREIGN KEY (product_id, variant_no) REFERENCES catalog.product_variants
) PARTITION BY HASH (order_id);
CREATE TABLE order_items_0 PARTITION OF order_items FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE order_items_1 PARTITION OF order_items FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE order_events (order_id bigint, kind text, at timestamptz, detail jsonb)
    PARTITION BY LIST (lower(kind));
CREATE TABLE order_events_payment PARTITION OF order_events FOR VALUES IN ('paid', 'refunded') PARTITION BY RANGE (at);
CREATE TABLE order_events_payment_new PARTITION OF order_events_payment FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
CREATE TABLE order_events_other PARTITION OF order_events DEFAULT;

CREATE TABLE order_notes (note_id bigserial PRIMARY KEY, order_id bigint NOT NULL, author integer REFERENCES ops.employees, body text);
CREATE TABLE payments (
    payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL, ordered_at timestamptz NOT NULL,
    method varchar(20) REFERENCES payment_methods,
    amount numeric(14,2) NOT NULL, currency char(3) REFERENCES currencies,
    FOREIGN KEY (order_id, ordered_at) REFERENCES orders
);
CREATE TABLE refunds (refund_id bigserial PRIMARY KEY, payment_id bigint NOT NULL REFERENCES payments, amount numeric(14,2) CHECK (amount > 0), reason text);
CREATE TABLE invoices (invoice_no bigint PRIMARY KEY DEFAULT nextval('invoice_no'), order_id bigint NOT NULL, issued date NOT NULL, pdf bytea);
CREATE TABLE invoice_lines (invoice_no bigint REFERENCES invoices, line integer, text text NOT NULL, amount numeric(12,2), PRIMARY KEY (invoice_no, line));
CREATE TABLE coupon_uses (code varchar(20) REFERENCES coupons, order_id bigint, PRIMARY KEY (code, order_id));
CREATE TABLE gift_cards (card_no char(16) PRIMARY KEY, balance numeric(10,2) NOT NULL, bought_by bigint REFERENCES customers, pin bit varying(64));
CREATE TABLE shipments (
    shipment_id bigserial PRIMARY KEY, order_id bigint NOT NULL, warehouse_id integer NOT NULL REFERENCES ops.warehouses,
    method varchar(20) REFERENCES shipping_methods, tracking text UNIQUE, sent_at timestamptz
);
CREATE TABLE returns (return_id bigserial PRIMARY KEY, shipment_id bigint REFERENCES shipments, received date);
CREATE TABLE return_items (return_id bigint REFERENCES returns, line integer, condition text, PRIMARY KEY (return_id, line));
CREATE TABLE subscriptions (
    subscription_id bigserial PRIMARY KEY, customer_id bigint REFERENCES customers, product_id bigint REFERENCES catalog.products,
    every interval NOT NULL, active tstzrange
);

CREATE VIEW order_totals AS
    SELECT o.order_id, o.customer_id, o.ordered_at, sum(i.quantity * i.price) AS total
    FROM orders o JOIN order_items i USING (order_id) GROUP BY o.order_id, o.customer_id, o.ordered_at;
CREATE VIEW customer_value AS SELECT customer_id, count(*) AS orders, sum(total) AS value FROM order_totals GROUP BY customer_id;
CREATE VIEW best_customers AS
    SELECT c.customer_id, c.full_name, v.value FROM customer_value v JOIN customers c USING (customer_id) WHERE v.value > 1000;
COMMENT ON VIEW best_customers IS 'A view on a view on a view';
COMMENT ON COLUMN best_customers.value IS 'All they ever spent';
CREATE MATERIALIZED VIEW daily_revenue AS
    SELECT date_trunc('day', ordered_at) AS day, sum(total) AS revenue FROM order_totals GROUP BY 1;
CREATE INDEX daily_revenue_day ON daily_revenue (day);

CREATE FUNCTION order_total(order_id bigint, OUT total numeric, OUT lines bigint) LANGUAGE sql STABLE
    AS $$ SELECT sum(quantity * price), count(*) FROM sales.order_items i WHERE i.order_id = $1 $$;
CREATE FUNCTION check_credit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER orders_credit AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION check_credit();
CREATE TRIGGER best_customers_edit INSTEAD OF UPDATE ON best_customers FOR EACH ROW EXECUTE FUNCTION check_credit();
CREATE TRIGGER customers_bulk AFTER DELETE OR TRUNCATE ON customers FOR EACH STATEMENT EXECUTE FUNCTION check_credit();
ALTER TABLE customers DISABLE TRIGGER customers_bulk;
CREATE PROCEDURE close_order(bigint, note text) LANGUAGE sql
    AS $$ UPDATE sales.orders SET status = 'done' WHERE order_id = $1 $$;
