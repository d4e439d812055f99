-- Reads every row, but lets reads and writes go on.
SET lock_timeout = '2s';

ALTER TABLE customers VALIDATE CONSTRAINT customers_email_given;
