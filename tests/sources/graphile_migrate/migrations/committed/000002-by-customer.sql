--! Previous: sha1:1
--! Hash: sha1:2
--! Message: by customer

CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
