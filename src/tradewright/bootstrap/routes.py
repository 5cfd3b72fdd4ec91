"""Which function answers which message, and who may ask it: one line a message."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.dispatcher import Route

APPLICATION: Final = "tradewright.application"
EVERYBODY: Final = "everybody"
"""In place of a role: also who is not known may ask."""
ROUTES: Final = (
    # messages, handlers, then what is asked, what answers it, and who may ask
    (
        "backtests.messages",
        "backtests.handlers",
        (
            ("RunBacktest", "run_backtest", "command", "trader"),
            ("KeepBacktest", "keep_backtest", "command", "trader"),
            ("KeptBacktests", "kept_backtests", "query", "viewer"),
            ("KeptBacktest", "kept_backtest", "query", "viewer"),
            ("BacktestComparison", "backtest_comparison", "query", "viewer"),
        ),
    ),
    ("backtests.messages", "backtests.verifying", (("VerifyBacktest", "verify_backtest", "query", "trader"),)),
    (
        "backtests.tick_messages",
        "backtests.tick_handlers",
        (("RunTickBacktest", "run_tick_backtest", "command", "trader"),),
    ),
    ("backtests.messages", "backtests.loading", (("BarsOfFiles", "bars_of_files", "query", "viewer"),)),
    (
        "backtests.wishes",
        "backtests.submitting",
        (
            ("SubmitBacktest", "submit_backtest", "command", "trader"),
            ("MakeBacktest", "make_backtest", "command", "trader"),
        ),
    ),
    (
        "jobs.messages",
        "jobs.handlers",
        (
            ("JobList", "job_list", "query", "viewer"),
            ("JobShown", "job_shown", "query", "viewer"),
            ("JobChanges", "job_changes", "query", "viewer"),
            ("QueueState", "queue_state", "query", "viewer"),
            ("CancelJob", "cancel_job", "command", "trader"),
            ("ForgetJobs", "forget_jobs", "command", "admin"),
        ),
    ),
    (
        "schedules.messages",
        "schedules.handlers",
        (
            ("ScheduleList", "schedule_list", "query", "viewer"),
            ("ScheduleShown", "schedule_shown", "query", "viewer"),
            ("AddSchedule", "add_schedule", "command", "admin"),
            ("RemoveSchedule", "remove_schedule", "command", "admin"),
            ("PauseSchedule", "pause_schedule", "command", "admin"),
            ("ResumeSchedule", "resume_schedule", "command", "admin"),
            ("ChangeSchedule", "change_schedule", "command", "admin"),
            ("TriggerSchedule", "trigger_schedule", "command", "admin"),
        ),
    ),
    ("sweeps.messages", "sweeps.handlers", (("SweepStrategy", "sweep_strategy", "query", "trader"),)),
    ("playing.messages", "playing.handlers", (("PlaySession", "play_session", "command", "trader"),)),
    (
        "strategies.messages",
        "strategies.handlers",
        (
            ("KnownStrategies", "known_strategies", "query", "viewer"),
            ("StrategyDetails", "strategy_details", "query", "trader"),
            ("WriteStrategy", "write_strategy", "command", "trader"),
        ),
    ),
    ("honesty.messages", "honesty.handlers", (("CheckHonesty", "check_honesty", "query", "trader"),)),
    (
        "shelf.messages",
        "shelf.looking",
        (
            ("ShelvedStrategies", "shelved_strategies", "query", "viewer"),
            ("ShelvedStrategyShown", "shelved_strategy_shown", "query", "viewer"),
            ("StrategySource", "strategy_source", "query", "trader"),
        ),
    ),
    (
        "shelf.messages",
        "shelf.handlers",
        (
            ("UploadStrategy", "upload_strategy", "command", "trader"),
            ("RegisterStrategy", "register_strategy", "command", "trader"),
            ("ValidateStrategy", "validate_strategy", "command", "trader"),
            ("ChangeStrategy", "change_strategy", "command", "trader"),
            ("DeleteStrategy", "delete_strategy", "command", "trader"),
        ),
    ),
    (
        "deployments.messages",
        "deployments.handlers",
        (
            ("StartDeployment", "start_deployment", "command", "trader"),
            ("StopDeployment", "stop_deployment", "command", "trader"),
            ("PauseDeployment", "pause_deployment", "command", "trader"),
            ("ResumeDeployment", "resume_deployment", "command", "trader"),
            ("ChangeParameters", "change_parameters", "command", "trader"),
            ("DeploymentList", "deployment_list", "query", "viewer"),
            ("DeploymentShown", "deployment_shown", "query", "viewer"),
        ),
    ),
    (
        "signals.messages",
        "signals.handlers",
        (
            ("GenerateSignals", "generate_signals", "command", "trader"),
            ("SignalList", "signal_list", "query", "viewer"),
        ),
    ),
    (
        "indicators.messages",
        "indicators.handlers",
        (
            ("KnownIndicators", "known_indicators", "query", "viewer"),
            ("IndicatorValues", "indicator_values", "query", "viewer"),
        ),
    ),
    (
        "projects.messages",
        "projects.handlers",
        (
            ("InitializeProject", "initialize_project", "command", "admin"),
            ("ProjectDiagnosis", "project_diagnosis", "query", "viewer"),
            ("ProjectStatus", "project_status", "query", "viewer"),
        ),
    ),
    (
        "data.messages",
        "data.reading",
        (
            ("LoadBars", "load_bars", "query", "viewer"),
            ("StoredData", "stored_data", "query", "viewer"),
            ("StoredRows", "stored_rows", "query", "viewer"),
            ("StoreVersions", "store_versions", "query", "viewer"),
            ("SqlQuestion", "sql_answer", "query", "viewer"),
            ("CompactStore", "compact_store", "command", "trader"),
            ("CleanStore", "clean_store", "command", "admin"),
        ),
    ),
    (
        "data.showing",
        "data.showing",
        (("BarHistory", "bar_history", "query", "viewer"), ("LatestBars", "latest_bars", "query", "viewer")),
    ),
    ("data.judging", "data.judging", (("SymbolQuality", "symbol_quality", "query", "viewer"),)),
    ("data.uploading", "data.uploading", (("ImportUpload", "import_upload", "command", "trader"),)),
    ("data.messages", "data.exporting", (("ExportData", "export_data", "command", "viewer"),)),
    ("data.importing_request", "data.importing", (("ImportFile", "import_file", "command", "trader"),)),
    ("data.demo", "data.demo", (("ImportDemo", "import_demo", "command", "trader"),)),
    ("data.quality", "data.quality", (("DataQuality", "data_quality", "query", "viewer"),)),
    (
        "trading.messages",
        "trading.starting",
        (
            ("StartSession", "start_session", "command", "trader"),
            ("ReopenSession", "reopen_session", "command", "trader"),
            ("LaunchSession", "launch_session", "command", "trader"),
            ("SessionList", "session_list", "query", "viewer"),
        ),
    ),
    (
        "trading.messages",
        "trading.asking",
        (
            ("SessionShown", "ask_shown", "query", "viewer"),
            ("Orders", "ask_orders", "query", "viewer"),
            ("Positions", "ask_positions", "query", "viewer"),
            ("Portfolio", "ask_portfolio", "query", "viewer"),
            ("SubmitOrder", "ask_done", "command", "trader"),
            ("ChangeOrder", "ask_done", "command", "trader"),
            ("CancelOrders", "ask_done", "command", "trader"),
            ("ClosePosition", "ask_done", "command", "trader"),
            ("PauseStrategy", "ask_done", "command", "trader"),
            ("ResumeStrategy", "ask_done", "command", "trader"),
            ("StopSession", "ask_done", "command", "trader"),
            ("SeeAlert", "ask_done", "command", "trader"),
        ),
    ),
    (
        "trading.messages",
        "trading.journal",
        (
            ("OrderTrace", "order_trace", "query", "viewer"),
            ("JournalEntries", "journal_entries", "query", "viewer"),
            ("JournalVerify", "journal_verify", "query", "viewer"),
        ),
    ),
    (
        "trading.across_messages",
        "trading.across",
        (
            ("AllOrders", "all_orders", "query", "viewer"),
            ("OneOrder", "one_order", "query", "viewer"),
            ("OneTrace", "one_trace", "query", "viewer"),
            ("AllPositions", "all_positions", "query", "viewer"),
            ("AllPortfolios", "all_portfolios", "query", "viewer"),
            ("AllAccounts", "all_accounts", "query", "viewer"),
            ("AllRisk", "all_risk", "query", "viewer"),
        ),
    ),
    (
        "trading.across_messages",
        "trading.across_tables",
        (("AllFills", "all_fills", "query", "viewer"), ("RiskEvents", "risk_events", "query", "viewer")),
    ),
    (
        "trading.across_messages",
        "trading.across_acting",
        (
            ("PlaceOrder", "place_order", "command", "trader"),
            ("AmendOrder", "amend_order", "command", "trader"),
            ("CancelOrder", "cancel_order", "command", "trader"),
            ("CancelAll", "cancel_all", "command", "trader"),
            ("CloseHeld", "close_held", "command", "trader"),
        ),
    ),
    (
        "risk.assessing",
        "risk.assessing",
        (
            ("GateShown", "gate_shown", "query", "viewer"),
            ("SizeAsked", "size_asked", "query", "viewer"),
            ("ValidateOrder", "validate_order", "command", "viewer"),
            ("AssessRisk", "assess_risk", "command", "viewer"),
            ("AssessmentList", "assessment_list", "query", "viewer"),
            ("AssessmentShown", "assessment_shown", "query", "viewer"),
        ),
    ),
    (
        "backtests.looking",
        "backtests.looking",
        (
            ("KeptRuns", "kept_runs", "query", "viewer"),
            ("RunResults", "run_results", "query", "viewer"),
            ("RunTrades", "run_trades", "query", "viewer"),
            ("RunFills", "run_fills", "query", "viewer"),
            ("RunEquity", "run_equity", "query", "viewer"),
        ),
    ),
    (
        "backtests.asked",
        "backtests.asked",
        (
            ("BacktestShown", "backtest_shown", "query", "viewer"),
            ("BacktestProgress", "backtest_progress", "query", "viewer"),
            ("BacktestSheet", "backtest_sheet", "query", "viewer"),
            ("BacktestVerification", "backtest_verification", "query", "trader"),
            ("RemoveBacktest", "remove_backtest", "command", "trader"),
        ),
    ),
    ("trading.parity", "trading.parity", (("SessionParity", "session_parity", "query", "trader"),)),
    ("trading.messages", "trading.projecting", (("RebuildTables", "rebuild_tables", "command", "trader"),)),
    (
        "risk.messages",
        "risk.handlers",
        (
            ("RiskLimits", "risk_limits", "query", "viewer"),
            ("ChangeLimits", "change_limits", "command", "risk"),
            ("RiskShown", "ask_risk", "query", "viewer"),
            ("SizeQuestion", "ask_size", "query", "viewer"),
        ),
    ),
    (
        "risk.messages",
        "risk.kills",
        (
            ("PressKill", "press_kill", "command", "trader or risk"),
            ("ReleaseKill", "release_kill", "command", "risk"),
        ),
    ),
    (
        "risk.messages",
        "risk.arming",
        (
            ("ArmAccount", "arm_account", "command", "risk"),
            ("DisarmAccount", "disarm_account", "command", "trader"),
            ("KillShown", "account_state", "query", "viewer"),
        ),
    ),
    (
        "symbols.messages",
        "symbols.handlers",
        (
            ("AddSymbol", "add_symbol", "command", "trader"),
            ("ChangeSymbol", "change_symbol", "command", "trader"),
            ("RemoveSymbol", "remove_symbol", "command", "trader"),
            ("SymbolShown", "symbol_shown", "query", "viewer"),
            ("Symbols", "tracked_symbols", "query", "viewer"),
            ("Watchlists", "watchlists", "query", "viewer"),
            ("WatchlistShown", "watchlist_shown", "query", "viewer"),
            ("AddWatchlist", "add_watchlist", "command", "trader"),
            ("ChangeWatchlist", "change_watchlist", "command", "trader"),
            ("RemoveWatchlist", "remove_watchlist", "command", "trader"),
        ),
    ),
    (
        "access.messages",
        "access.keys",
        (
            ("CreateKey", "create_key", "command", "admin"),
            ("MakeFirstKey", "make_first_key", "command", "admin"),
            ("Keys", "known_keys", "query", "admin"),
            ("RevokeKey", "revoke_key", "command", "admin"),
            ("RotateKey", "rotate_key", "command", "admin"),
        ),
    ),
    (
        "access.messages",
        "access.people",
        (
            ("KeepPerson", "keep_person", "command", "admin"),
            ("People", "known_people", "query", "admin"),
            ("RemovePerson", "remove_person", "command", "admin"),
        ),
    ),
    (
        "access.messages",
        "access.entering",
        (
            ("LogIn", "log_in", "command", EVERYBODY),
            ("LogOut", "log_out", "command", "viewer"),
            ("WhoAmI", "who_am_i", "query", "viewer"),
        ),
    ),
    ("access.messages", "access.tickets", (("IssueTicket", "issue_ticket", "command", "viewer"),)),
    (
        "access.messages",
        "access.auditing",
        (("AuditEntries", "audit_entries", "query", "admin"), ("AuditCheck", "audit_check", "query", "admin")),
    ),
    (
        "database.messages",
        "database.handlers",
        (
            ("DatabaseStatus", "database_status", "query", "admin"),
            ("UpgradeDatabase", "upgrade_database", "command", "admin"),
            ("DowngradeDatabase", "downgrade_database", "command", "admin"),
        ),
    ),
    ("logs.messages", "logs.handlers", (("LogQuestion", "log_page", "query", "admin"),)),
    (
        "health.messages",
        "health.handlers",
        (
            ("PlatformStatus", "platform_status", "query", "viewer"),
            ("ReadinessDetails", "readiness_details", "query", "viewer"),
            ("PlatformRuns", "platform_runs", "query", "viewer"),
        ),
    ),
    (
        "routine.messages",
        "routine.handlers",
        (
            ("CheckStoredData", "check_stored_data", "query", "viewer"),
            ("KeepBackup", "keep_backup", "command", "admin"),
            ("SnapshotRisk", "snapshot_risk", "command", "trader"),
            ("SummarizeDay", "summarize_day", "query", "viewer"),
        ),
    ),
    ("health.messages", "health.numbers", (("PlatformNumbers", "platform_numbers", "query", "viewer"),)),
    ("data.prices", "data.prices", (("ProjectPrices", "project_prices", "command", "trader"),)),
    ("database.messages", "database.backing_up", (("BackUp", "back_up", "command", "admin"),)),
    ("database.messages", "database.restoring", (("Restore", "restore", "command", "admin"),)),
    (
        "brokers.messages",
        "brokers.handlers",
        (
            ("BrokerList", "broker_list", "query", "viewer"),
            ("ConnectBroker", "connect_broker", "command", "trader"),
            ("CheckBroker", "check_broker", "query", "trader"),
        ),
    ),
)


def routes() -> "Iterator[Route]":
    """Every message with the function that answers it."""
    dispatching, kinds = load(f"{APPLICATION}.dispatcher"), load(f"{APPLICATION}.messages")
    for messages, handlers, answers in ROUTES:
        for message, handler, kind, role in answers:
            first, _, other = role.partition(" or ")
            yield dispatching.Route(
                f"{APPLICATION}.{messages}:{message}",
                f"{APPLICATION}.{handlers}:{handler}",
                kinds.MessageKind(kind),
                None if first == EVERYBODY else kinds.Role(first),
                kinds.Role(other) if other else None,
            )
