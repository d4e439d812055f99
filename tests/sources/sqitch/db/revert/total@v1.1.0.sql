DROP FUNCTION shop.total(bigint);
