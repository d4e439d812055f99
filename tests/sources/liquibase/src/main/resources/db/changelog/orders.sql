--liquibase formatted sql

--changeset ann:orders
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer bigint NOT NULL
);
--rollback DROP TABLE orders;

--changeset ann:by-customer
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer);
--rollback DROP INDEX
--rollback orders_customer;

--changeset ann:outside runInTransaction:false
CREATE INDEX CONCURRENTLY orders_both ON orders (id, customer);
--rollback empty

--changeset ann:elsewhere dbms:mysql,!postgresql
ALTER TABLE orders ENGINE = InnoDB;

--changeset ann:function endDelimiter://
CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END;' //
CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2; END;' //
