--liquibase formatted sql
--changeset ann:orders
CREATE TABLE orders (id bigint PRIMARY KEY);
