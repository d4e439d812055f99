\set ON_ERROR_STOP on
BEGIN;
CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);
COMMIT;
