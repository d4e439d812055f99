DROP INDEX orders_both;
