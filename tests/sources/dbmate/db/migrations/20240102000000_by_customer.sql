-- migrate:up
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);

-- migrate:down
DROP INDEX orders_customer;
