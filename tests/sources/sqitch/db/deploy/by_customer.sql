CREATE INDEX CONCURRENTLY orders_customer ON shop.orders (customer);
BEGIN;
CREATE INDEX CONCURRENTLY orders_both ON shop.orders (id, customer);
COMMIT;
