SELECT id, customer FROM shop.orders WHERE false;
