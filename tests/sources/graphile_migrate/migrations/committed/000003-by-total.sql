--! Previous: sha1:2
--! Hash: sha1:3
--! Message: by total

--! no-transaction
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
