"""a"""

import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None
branch_labels = None
depends_on = None



def upgrade() -> None:
    op.execute("SELECT 1")
