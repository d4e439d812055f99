-- postgres-migrations disable-transaction
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
