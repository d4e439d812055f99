CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);

---- create above / drop below ----

DROP TABLE orders;
