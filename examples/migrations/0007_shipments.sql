SET lock_timeout = '2s';

CREATE TABLE shipments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders (id),
    carrier text NOT NULL,
    shipped_at timestamptz
);

CREATE INDEX shipments_order ON shipments (order_id);

-- The same on a table that is in use: every write to orders waits for the build.
CREATE INDEX orders_placed_at ON orders (placed_at);
