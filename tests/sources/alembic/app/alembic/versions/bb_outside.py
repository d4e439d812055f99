"""bb_outside"""

import sqlalchemy as sa
from alembic import op

revision = "c3"
down_revision = "b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("orders_both", "orders", ["id", "customer"], postgresql_concurrently=True)
    op.execute(
        """
        COMMENT ON TABLE orders IS 'what was bought'
        """
    )
    op.execute("DROP" " TABLE parts")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("orders_both", postgresql_concurrently=True)
