\set ON_ERROR_STOP on
BEGIN;
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
COMMIT;
