-- +migrate Up
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);

-- +migrate Down
DROP TABLE orders;
