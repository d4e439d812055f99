---- tern: disable-tx ----
CREATE INDEX CONCURRENTLY orders_total ON orders (total);
---- create above / drop below ----
---- tern: disable-tx ----
DROP INDEX CONCURRENTLY orders_total;
