-- Down Migration
DROP INDEX orders_customer;
-- Up Migration
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
