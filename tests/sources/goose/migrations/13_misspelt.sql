-- +goose NO_TRANSACTION
-- +goose Up
SELECT 1;
