--! Previous: -
--! Hash: sha1:1

CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total numeric);
