-- +goose Up
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);
-- +goose Down
DROP TABLE orders;
