ALTER TABLE shipments ALTER COLUMN shipped_at SET NOT NULL;

ALTER TYPE order_state ADD VALUE 'returned';
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'returned';
