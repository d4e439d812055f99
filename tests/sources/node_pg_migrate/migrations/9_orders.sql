-- Up Migration
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);

-- Down Migration
DROP TABLE orders;
