"""The files of a new project: settings with remarks, each at its default until somebody says otherwise."""

from collections.abc import Mapping

GITIGNORE = """# Market data and finished runs; all of it can be made again.
/.tradewright/
/reports/
"""

_SETTINGS: tuple[tuple[str, str, tuple[tuple[str, object, str], ...]], ...] = (
    (
        "backtest",
        "What a backtest assumes where the command says nothing else.",
        (
            ("cash", 100_000.0, "money at the start"),
            ("commission_bps", 0.0, "of the notional of each fill; 10 is 0.1 %"),
            ("slippage_bps", 0.0, "how much worse than the price of the bar a fill is"),
            ("fill", "next-open", "next-open or signal-close"),
            ("lot", 1.0, "smallest step of a quantity; 0 for any fraction"),
            ("prices", "raw", "raw (splits and dividends on their dates) or adjusted"),
        ),
    ),
    (
        "statistics",
        "How statistics are counted.",
        (
            ("risk_free", 0.0, "annual rate, a fraction"),
            ("ddof", 1, "1 divides a variance by n - 1, 0 by n"),
        ),
    ),
    (
        "data",
        "Where market data comes from and how long it is kept.",
        (
            ("default_venue", "XNYS", "venue of a bare symbol in new data"),
            ("keep_versions_hours", 168, "how long old versions of the store can be read"),
        ),
    ),
)


def settings_text(chosen: Mapping[str, object]) -> str:
    """The settings file: `chosen` values (by dotted name), and all others as remarks with their default."""
    lines = ["# Settings of this project. Variables (TRADEWRIGHT_BACKTEST_CASH) and options go before them.", ""]
    for section, title, settings in _SETTINGS:
        lines += [f"# {title}", f"[{section}]"]
        for name, default, remark in settings:
            value = chosen.get(f"{section}.{name}")
            mark = "# " if value is None else ""
            written = _toml(default if value is None else value)
            lines.append(f"{mark}{name} = {written}".ljust(32) + f"# {remark}")
        lines.append("")
    return "\n".join(lines)


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
