SET lock_timeout = '2s';

ALTER TABLE orders
    ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid(),
    ALTER COLUMN total TYPE numeric(12, 4);

UPDATE orders SET total = total * 100;
