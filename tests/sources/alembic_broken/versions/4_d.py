"""d"""

import sqlalchemy as sa
from alembic import op

revision = "d"
down_revision = "nowhere"
branch_labels = None
depends_on = None

