import { MigrationInterface, QueryRunner, TableColumn } from "typeorm";

export class Orders1700000000001 implements MigrationInterface {
    public async up(queryRunner: QueryRunner): Promise<void> {
        // await queryRunner.query(`DROP TABLE nothing`);
        await queryRunner.query(`CREATE TABLE "orders" ("id" bigint PRIMARY KEY, "customer" bigint NOT NULL)`);
        await queryRunner.query('COMMENT ON TABLE "orders" IS \'it\'\'s what was bought\'');
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(`DROP TABLE "orders"`);
    }
}
