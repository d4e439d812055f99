-- tern: disable-tx
SELECT 1;
