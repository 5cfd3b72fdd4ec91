"""Where a run's tear sheet goes and in which form: the ending of the path decides."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.backtests.views import BacktestView

_ONLY_IN_FILES = ("equity", "prices", "recipe")
_REVIEW: Final = "tradewright.application.backtests.review"
_REPORTS: Final = "tradewright.interfaces.reports"
FORMS: Final = {
    ".html": (f"{_REPORTS}.html", "write_html"),
    ".htm": (f"{_REPORTS}.html", "write_html"),
    ".png": (f"{_REPORTS}.pictures", "write_png"),
    ".json": (f"{_REPORTS}.json_file", "write_json"),
    "": (f"{_REPORTS}.tables", "write_csv"),
}
"""What writes a report, by the ending of its path."""


def sheet_path(app: App, view: "BacktestView") -> Path:
    """`reports/moving_average-AAPL-3f2a9c41d0e7.html` in the project folder; the run's id makes it unique."""
    symbols = "-".join(symbol.split(".")[0] for symbol in view.symbols[:5])
    return app.reports / f"{view.strategy}-{symbols}-{view.run_id}.html"


def write_sheet(view: "BacktestView", path: Path) -> Path:
    """Write the tear sheet; InputError for an ending that no form has."""
    if path.suffix.lower() not in FORMS:
        raise InputError(
            f"a report cannot be written to {path}",
            expected="a path that ends in .html, .png or .json, or a folder for CSV tables",
            found=path.suffix,
        )
    if not path.suffix and path.is_dir() and any(path.iterdir()):
        path /= f"{view.strategy}-{view.run_id}"  # a dozen tables do not belong among other files
    module, function = FORMS[path.suffix.lower()]
    getattr(load(module), function)(view, path)
    return path.resolve()


def as_json(view: "BacktestView") -> dict[str, object]:
    """The run as one object; the rows of equity and prices are in the exports, not here."""
    shown = {item.name: getattr(view, item.name) for item in fields(view) if item.name not in _ONLY_IN_FILES}
    return shown | {"review": load(_REVIEW).review(view)}
