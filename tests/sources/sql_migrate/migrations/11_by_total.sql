-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY orders_total ON orders (total);

-- +migrate Down
DROP INDEX orders_total;
