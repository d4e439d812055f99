-- atlas:txmode none
CREATE INDEX CONCURRENTLY orders_third ON orders (customer, id);
