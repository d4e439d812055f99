revision = "e"
down_revision = "d"


def upgrade(:
