-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS orders_both;
CREATE INDEX CONCURRENTLY orders_both ON orders (customer, total);
