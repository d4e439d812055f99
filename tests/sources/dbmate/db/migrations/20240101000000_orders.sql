-- migrate:up
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);

-- migrate:down
DROP TABLE orders;
