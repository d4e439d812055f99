\set ON_ERROR_STOP on
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
