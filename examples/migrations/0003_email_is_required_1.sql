-- First of three steps: new rows need an email, old ones are not read.
SET lock_timeout = '2s';

ALTER TABLE customers ADD CONSTRAINT customers_email_given CHECK (email IS NOT NULL) NOT VALID;
