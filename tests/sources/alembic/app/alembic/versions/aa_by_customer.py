"""aa_by_customer"""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("orders_customer", "orders", ["customer"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("orders_customer", table_name="orders")
