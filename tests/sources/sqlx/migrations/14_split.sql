-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS orders_other;
/* sqlx: split */
CREATE INDEX CONCURRENTLY orders_other ON orders (total, customer);
