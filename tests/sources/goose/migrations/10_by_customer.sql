-- +goose Up
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);

-- +goose Down
DROP INDEX orders_customer;
