"""b"""

import sqlalchemy as sa
from alembic import op

revision = "b"
down_revision = "a"
branch_labels = None
depends_on = None

