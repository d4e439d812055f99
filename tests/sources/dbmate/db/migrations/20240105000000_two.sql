-- migrate:up transaction:false
DROP INDEX CONCURRENTLY IF EXISTS orders_both;
CREATE INDEX CONCURRENTLY orders_both ON orders (customer, total);

-- migrate:down
DROP INDEX orders_both;
