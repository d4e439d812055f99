-- +goose Up
COMMENT ON COLUMN orders.weight IS 'in grams';
