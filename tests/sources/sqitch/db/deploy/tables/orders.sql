BEGIN;
CREATE TABLE shop.orders (id bigint PRIMARY KEY, customer bigint NOT NULL);
COMMIT;
