import { MigrationInterface, QueryRunner } from "typeorm";

export class Outside1700000000003 implements MigrationInterface {
    transaction = false;

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`CREATE INDEX CONCURRENTLY "orders_both" ON "orders" ("id", "customer")`);
    }
}
