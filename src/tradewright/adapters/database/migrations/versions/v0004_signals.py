"""Signals that strategies gave."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The table."""
    op.create_table(
        "signals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("instrument", sa.Text, nullable=False),
        sa.Column("interval", sa.Text, nullable=False),
        sa.Column("bar_ns", sa.BigInteger, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("strength", sa.Double, nullable=False),
        sa.Column("target", sa.Double, comment="NULL: no opinion"),
        sa.Column("previous", sa.Double, nullable=False),
        sa.Column("made_ns", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
        sa.CheckConstraint("opinion IN ('BUY', 'SELL', 'HOLD')", name="opinion_known"),
    )
    op.create_index("ix_signals_bar_ns", "signals", ["bar_ns"])
    op.create_index("ix_signals_strategy", "signals", ["strategy", "bar_ns"])
    op.create_index("ix_signals_instrument", "signals", ["instrument", "bar_ns"])


def downgrade() -> None:
    """What was kept is lost; strategies give the same signals of the same bars."""
    op.drop_table("signals")
