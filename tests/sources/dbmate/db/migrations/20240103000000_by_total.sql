-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY orders_total ON orders (total);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY orders_total;
