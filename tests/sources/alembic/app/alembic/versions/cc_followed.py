"""cc_followed"""

import sqlalchemy as sa
from alembic import op

revision = "d4"
down_revision = ("c3",)
branch_labels = None
depends_on = None


TABLES = ("orders",)


def comment(table: str, words: str = "nothing") -> None:
    op.execute(f"COMMENT ON TABLE {table} IS '{words}'")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("part", sa.Integer(), sa.ForeignKey("orders.id"), nullable=False))
        comment(table, words="orders")
    with op.batch_alter_table("orders") as batch:
        batch.alter_column("customer", type_=sa.Text(), nullable=True)
        batch.create_unique_constraint("orders_part", ["part"])
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("orders")
    op.get_bind().execute(sa.text("UPDATE orders SET part = id"))
    op.invent("orders")
    op.execute(made_at_run_time())


def downgrade() -> None:
    op.drop_column("orders", "part")
