CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
ALTER TABLE orders ADD COLUMN note text;
