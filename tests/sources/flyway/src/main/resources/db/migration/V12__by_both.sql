SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_both ON orders (customer, total);
