exports.config = { transaction: false };

exports.up = (knex) => knex.raw("CREATE TABLE parts (id bigint PRIMARY KEY)");

exports.down = (knex) => knex.raw("DROP TABLE parts");
