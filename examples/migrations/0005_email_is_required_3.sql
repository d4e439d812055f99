-- Needs no scan, since the constraint that 0004 validated proves it.
SET lock_timeout = '2s';

ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
ALTER TABLE customers DROP CONSTRAINT customers_email_given;
