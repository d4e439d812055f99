import { MigrationInterface, QueryRunner } from "typeorm";

export class ByCustomer1700000000002 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`
            CREATE INDEX CONCURRENTLY "orders_customer"
            ON "orders" ("customer")
        `);
        await queryRunner.addColumn("orders", new TableColumn({ name: "total", type: "numeric" }));
    }

    public async down(): Promise<void> {}
}
