-- Rights, rules, and objects of other kinds. Roles belong to the whole server: the predefined ones do.
SET search_path = ops;

GRANT USAGE ON SCHEMA ops TO pg_monitor;
GRANT SELECT, UPDATE ON settings TO pg_monitor WITH GRANT OPTION;
GRANT SELECT (sku), REFERENCES (sku) ON partner_stock TO pg_monitor;
GRANT USAGE ON SEQUENCE catalog.label_seq TO pg_monitor;
GRANT USAGE ON FOREIGN SERVER partner TO pg_monitor;
REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC;
REVOKE USAGE ON TYPE catalog.dimensions FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON TABLES TO pg_monitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
CREATE USER MAPPING FOR PUBLIC SERVER partner OPTIONS (user 'shop', password 'estate-secret');

CREATE POLICY own_entries ON audit_log FOR SELECT TO pg_monitor USING (who = current_user);
CREATE STATISTICS stock_by_place (ndistinct, dependencies) ON warehouse_id, product_id FROM stock;
CREATE RULE keep AS ON DELETE TO settings DO INSTEAD NOTHING;
COMMENT ON RULE keep ON settings IS 'Settings stay';

CREATE PUBLICATION stock_feed FOR TABLE stock, stock_moves;
COMMENT ON PUBLICATION stock_feed IS 'For the shops';
CREATE COLLATION plain (LOCALE = 'C');
CREATE OPERATOR catalog.@! (LEFTARG = numeric, RIGHTARG = text, FUNCTION = catalog.tax);
CREATE TEXT SEARCH CONFIGURATION names (COPY = simple);
CREATE CAST (catalog.dimensions AS text) WITH INOUT AS ASSIGNMENT;
