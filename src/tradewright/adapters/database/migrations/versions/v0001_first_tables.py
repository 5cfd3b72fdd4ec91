"""The first tables: who may come in, what was asked, jobs, leases, strategies, symbols, deployments, schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

EXACT = sa.Text().with_variant(sa.NUMERIC(), "postgresql")


def upgrade() -> None:
    """In the order in which they name each other."""
    _counters()
    _jobs()
    _keys()
    _users()
    _audit()
    _repeats()
    _risk_assessments()
    _leases()
    _strategies()
    _strategy_sources()
    _strategy_versions()
    _symbols()
    _watchlists()
    _watchlist_instruments()
    _live_strategies()
    _schedules()
    _firings()


def downgrade() -> None:
    """In the opposite order."""
    names = "firings schedules live_strategies watchlist_instruments watchlists symbols strategy_versions"
    more = "strategy_sources strategies leases risk_assessments repeats audit users keys jobs counters"
    for table in (*names.split(), *more.split()):
        op.drop_table(table)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        sa.Column("duration_ns", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("door", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    op.create_index("ix_audit_correlation_id", "audit", ["correlation_id"], unique=False)
    op.create_index("ix_audit_time_ns", "audit", ["time_ns"], unique=False)


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
        comment="the last number that was drawn, by what is numbered",
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, comment="the order in which jobs were asked for"),
        sa.Column("change", sa.BigInteger, nullable=False, comment="the number of the last change of the row"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("after_job", sa.Text, nullable=False, comment="id of a job that must be done first, or empty"),
        sa.Column("planned", sa.Text, nullable=True, comment="the unique name of a planned firing"),
        sa.Column("life", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("lease_until_ns", sa.BigInteger, nullable=True),
        sa.Column("is_to_be_canceled", sa.Boolean, nullable=False),
        sa.Column("progress_done", sa.BigInteger, nullable=False),
        sa.Column("progress_total", sa.BigInteger, nullable=True),
        sa.Column("progress_note", sa.Text, nullable=False),
        sa.Column("result", sa.JSON, nullable=True),
        sa.Column("error", sa.JSON, nullable=True),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("started_ns", sa.BigInteger, nullable=True),
        sa.Column("ended_ns", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.CheckConstraint(
            "life IN ('queued', 'running', 'done', 'failed', 'canceled')", name=op.f("ck_jobs_life_known")
        ),
        sa.UniqueConstraint("change", name="uq_jobs_change"),
        sa.UniqueConstraint("number", name="uq_jobs_number"),
        sa.UniqueConstraint("planned", name="uq_jobs_planned"),
    )
    op.create_index("ix_jobs_after_job", "jobs", ["after_job"], unique=False)
    op.create_index("ix_jobs_next", "jobs", ["life", "priority", "number"], unique=False)


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("accounts", sa.JSON, nullable=True, comment="NULL: all"),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("expires_ns", sa.BigInteger, nullable=True),
        sa.Column("revoked_ns", sa.BigInteger, nullable=True),
        sa.Column("used_ns", sa.BigInteger, nullable=True),
        sa.Column("replaces", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.CheckConstraint("kind IN ('program', 'login')", name=op.f("ck_keys_kind_known")),
    )
    op.create_index("ix_keys_name", "keys", ["name"], unique=False)


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False, comment="empty: nobody"),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("until_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _live_strategies() -> None:
    op.create_table(
        "live_strategies",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("symbols", sa.JSON, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("feed", sa.JSON, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("restarts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_strategies"),
        sa.CheckConstraint("mode IN ('paper', 'live')", name=op.f("ck_live_strategies_mode_known")),
        sa.CheckConstraint("wanted IN ('running', 'paused', 'stopped')", name=op.f("ck_live_strategies_wanted_known")),
    )
    op.create_index(
        "uq_live_strategies_account_in_use",
        "live_strategies",
        ["mode", "account"],
        unique=True,
        sqlite_where=sa.text("wanted <> 'stopped'"),
        postgresql_where=sa.text("wanted <> 'stopped'"),
    )


def _repeats() -> None:
    op.create_table(
        "repeats",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=True, comment="NULL while somebody is at it"),
        sa.Column("since_ns", sa.BigInteger, nullable=False, comment="when it was claimed, or its answer kept"),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_repeats"),
    )
    op.create_index("ix_repeats_since_ns", "repeats", ["since_ns"], unique=False)


def _risk_assessments() -> None:
    op.create_table(
        "risk_assessments",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("time_ns", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_risk_assessments"),
    )
    op.create_index("ix_risk_assessments_account", "risk_assessments", ["account", "time_ns"], unique=False)
    op.create_index("ix_risk_assessments_time_ns", "risk_assessments", ["time_ns", "id"], unique=False)


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column(
            "after_schedule", sa.Text, nullable=False, comment="id of a schedule whose job must be done first, or empty"
        ),
        sa.Column("grace_s", sa.Integer, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("next_ns", sa.BigInteger, nullable=True),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )


def _strategies() -> None:
    op.create_table(
        "strategies",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("life", sa.Text, nullable=False),
        sa.Column("newest", sa.Integer, nullable=False, comment="the number of the newest version"),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_strategies"),
        sa.CheckConstraint("life IN ('draft', 'ready', 'deleted')", name=op.f("ck_strategies_life_known")),
    )
    op.create_index(
        "uq_strategies_name_in_use",
        "strategies",
        ["name"],
        unique=True,
        sqlite_where=sa.text("life <> 'deleted'"),
        postgresql_where=sa.text("life <> 'deleted'"),
    )


def _strategy_sources() -> None:
    op.create_table(
        "strategy_sources",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_strategy_sources"),
    )


def _symbols() -> None:
    op.create_table(
        "symbols",
        sa.Column("instrument", sa.Text, nullable=False, comment="SYMBOL.VENUE"),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("venue", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("asset_class", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("tick", EXACT, nullable=True),
        sa.Column("lot", EXACT, nullable=True),
        sa.Column("multiplier", EXACT, nullable=False),
        sa.Column("sector", sa.Text, nullable=False),
        sa.Column("life", sa.Text, nullable=False),
        sa.Column("verified_ns", sa.BigInteger, nullable=True),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("instrument", name="pk_symbols"),
        sa.CheckConstraint("life IN ('active', 'unverified', 'retired')", name=op.f("ck_symbols_life_known")),
    )
    op.create_index("ix_symbols_symbol", "symbols", ["symbol"], unique=False)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False, comment="what argon2id made of it"),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("accounts", sa.JSON, nullable=True, comment="NULL: all"),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )


def _watchlists() -> None:
    op.create_table(
        "watchlists",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("changed_ns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_watchlists"),
    )


def _firings() -> None:
    op.create_table(
        "firings",
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("planned_ns", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("fired_ns", sa.BigInteger, nullable=False),
        sa.Column("life", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("fired_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("schedule", "planned_ns", name="pk_firings"),
        sa.CheckConstraint("life IN ('fired', 'missed', 'skipped')", name=op.f("ck_firings_life_known")),
        sa.ForeignKeyConstraint(["schedule"], ["schedules.id"], name="fk_firings_schedule", ondelete="CASCADE"),
    )


def _strategy_versions() -> None:
    op.create_table(
        "strategy_versions",
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("parameters", sa.JSON, nullable=False),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.Column("created_ns", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("strategy", "version", name="pk_strategy_versions"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_strategy_versions_version_counts")),
        sa.ForeignKeyConstraint(["digest"], ["strategy_sources.digest"], name="fk_strategy_versions_digest"),
        sa.ForeignKeyConstraint(["strategy"], ["strategies.id"], name="fk_strategy_versions_strategy"),
    )


def _watchlist_instruments() -> None:
    op.create_table(
        "watchlist_instruments",
        sa.Column("watchlist", sa.Text, nullable=False),
        sa.Column("instrument", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False, comment="the owner's order"),
        sa.PrimaryKeyConstraint("watchlist", "instrument", name="pk_watchlist_instruments"),
        sa.ForeignKeyConstraint(
            ["instrument"], ["symbols.instrument"], name="fk_watchlist_instruments_instrument", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watchlist"], ["watchlists.name"], name="fk_watchlist_instruments_watchlist", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_watchlist_instruments_instrument", "watchlist_instruments", ["instrument"], unique=False)
