CREATE INDEX CONCURRENTLY orders_plain ON orders (customer, id);
