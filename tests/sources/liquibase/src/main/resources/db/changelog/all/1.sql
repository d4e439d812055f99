--liquibase formatted sql
--changeset ann:1
CREATE TABLE parts (id bigint PRIMARY KEY);
