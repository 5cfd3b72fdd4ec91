"""The notebook's door: load bars, test a strategy, look at the result. `import tradewright as tw` re-exports it."""

from typing import TYPE_CHECKING

from tradewright.lazy import attach

if TYPE_CHECKING:
    from tradewright.interfaces.python.checking import check
    from tradewright.interfaces.python.importing import import_data
    from tradewright.interfaces.python.loading import load_bars
    from tradewright.interfaces.python.paper import paper
    from tradewright.interfaces.python.result import Result
    from tradewright.interfaces.python.testing import backtest
    from tradewright.interfaces.python.verifying import verify

__all__ = ["Result", "backtest", "check", "import_data", "load_bars", "paper", "verify"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "import_data": "tradewright.interfaces.python.importing",
        "load_bars": "tradewright.interfaces.python.loading",
        "backtest": "tradewright.interfaces.python.testing",
        "check": "tradewright.interfaces.python.checking",
        "verify": "tradewright.interfaces.python.verifying",
        "paper": "tradewright.interfaces.python.paper",
        "Result": "tradewright.interfaces.python.result",
    },
)
