CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);

---- create above / drop below ----
DROP INDEX orders_customer;
