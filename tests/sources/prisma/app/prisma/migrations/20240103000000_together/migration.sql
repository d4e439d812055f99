SET lock_timeout = '3s';
CREATE INDEX CONCURRENTLY orders_id_customer ON orders (id, customer);
