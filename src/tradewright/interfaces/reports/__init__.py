"""A finished run as something to look at, to send or to read by a program: HTML, PNG, CSV, JSON, a figure."""

from tradewright.lazy import attach

__getattr__, __dir__ = attach(
    __name__,
    {
        "Chart": "tradewright.interfaces.reports.pictures",
        "Limits": "tradewright.interfaces.reports.payload",
        "plot": "tradewright.interfaces.reports.pictures",
        "write_comparison": "tradewright.interfaces.reports.comparison",
        "write_csv": "tradewright.interfaces.reports.tables",
        "write_html": "tradewright.interfaces.reports.html",
        "write_json": "tradewright.interfaces.reports.json_file",
        "write_png": "tradewright.interfaces.reports.pictures",
    },
)
