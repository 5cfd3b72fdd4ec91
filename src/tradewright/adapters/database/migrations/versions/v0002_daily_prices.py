"""Daily prices of tracked symbols; a hypertable where TimescaleDB is there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

EXACT = sa.Text().with_variant(sa.NUMERIC(), "postgresql")
YEAR_NS = 366 * 86_400 * 10**9


def upgrade() -> None:
    """The table; with rows of a year a chunk where it can be."""
    op.create_table(
        "daily_prices",
        sa.Column("instrument", sa.Text, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("session", sa.Date, nullable=False),
        sa.Column("open", EXACT, nullable=False),
        sa.Column("high", EXACT, nullable=False),
        sa.Column("low", EXACT, nullable=False),
        sa.Column("close", EXACT, nullable=False),
        sa.Column("volume", EXACT, nullable=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("known_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("instrument", "time_ns", name="pk_daily_prices"),
        sa.ForeignKeyConstraint(
            ["instrument"], ["symbols.instrument"], name="fk_daily_prices_instrument", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "CAST(high AS NUMERIC) >= CAST(open AS NUMERIC) AND CAST(high AS NUMERIC) >= CAST(close AS NUMERIC)",
            name=op.f("ck_daily_prices_high_is_highest"),
        ),
        sa.CheckConstraint(
            "CAST(low AS NUMERIC) <= CAST(open AS NUMERIC) AND CAST(low AS NUMERIC) <= CAST(close AS NUMERIC)",
            name=op.f("ck_daily_prices_low_is_lowest"),
        ),
        sa.CheckConstraint("CAST(low AS NUMERIC) > 0", name=op.f("ck_daily_prices_prices_are_positive")),
        sa.CheckConstraint(
            "volume IS NULL OR CAST(volume AS NUMERIC) >= 0", name=op.f("ck_daily_prices_volume_counts")
        ),
    )
    if op.get_bind().dialect.name == "postgresql" and has_hypertables(_timescale()):
        told = f"by_range('time_ns', {YEAR_NS}), create_default_indexes => false"
        op.execute(f"SELECT create_hypertable('daily_prices', {told})")


def downgrade() -> None:
    """The bar store has all of it."""
    op.drop_table("daily_prices")


def has_hypertables(version: str | None) -> bool:
    """Whether an extension of this version, None for none, makes hypertables by `by_range` (2.13 and later)."""
    numbers = [part for part in (version or "").split(".")[:2] if part.isdigit()]
    return len(numbers) == 2 and (int(numbers[0]), int(numbers[1])) >= (2, 13)


def _timescale() -> str | None:
    asked = sa.text("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
    found = op.get_bind().execute(asked).scalar()
    return None if found is None else str(found)
