--! Previous: sha1:3
--! Hash: sha1:4

SELECT 1;
--! no-transaction
