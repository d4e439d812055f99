-- atlas:txmode none

CREATE INDEX CONCURRENTLY orders_both ON orders (id, customer);
