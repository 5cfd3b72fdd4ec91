"""What doors show of a check for look-ahead: the report as it was made."""

from tradewright.research.lookahead.report import HonestyReport, Judgment, Kind, Place, Verdict

__all__ = ["HonestyReport", "Judgment", "Kind", "Place", "Verdict"]
