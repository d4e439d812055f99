-- +migrate Up
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);

-- +migrate Down
DROP INDEX orders_customer;
