SELECT 1;
-- no-transaction
SELECT 2;
