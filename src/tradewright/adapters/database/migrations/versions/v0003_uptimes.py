"""How long each part of the platform was well."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The table."""
    op.create_table(
        "uptimes",
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("is_critical", sa.Boolean, nullable=False),
        sa.Column("is_ok", sa.Boolean, nullable=False),
        sa.Column("since_ns", sa.BigInteger, nullable=False),
        sa.Column("noted_ns", sa.BigInteger, nullable=False, comment="0: whoever looked has left in good order"),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("ok_open_ns", sa.BigInteger, nullable=False),
        sa.Column("ok_closed_ns", sa.BigInteger, nullable=False),
        sa.Column("failed_open_ns", sa.BigInteger, nullable=False),
        sa.Column("failed_closed_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("component", name="pk_uptimes"),
    )


def downgrade() -> None:
    """What was counted is lost."""
    op.drop_table("uptimes")
