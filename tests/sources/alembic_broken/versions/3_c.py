"""c"""

import sqlalchemy as sa
from alembic import op

revision = "c"
down_revision = "a"
branch_labels = None
depends_on = None

