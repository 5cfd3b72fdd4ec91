"""The file that `strategy new` writes: a strategy that works, with a remark at every place where an own idea goes."""

import keyword
import re

from tradewright.domain.errors import InputError

_WORDS = re.compile(r"[a-z][a-z0-9_]*")

_TEXT = '''"""{title}: a trend strategy to start from. Run it:

    tradewright backtest run ./{module}.py --symbol AAPL --param fast=10 --param slow=100

See that it does not look ahead, before its result is believed:

    tradewright strategy check ./{module}.py --symbols AAPL
"""

import tradewright as tw
from tradewright.indicators import sma


class {name}(tw.Strategy):
    """Long while the fast average is above the slow one, flat otherwise."""

    # Parameters have a default and a range; `--param fast=10` sets one, and whatever is out of range is refused.
    fast: int = tw.parameter(20, low=2, high=200)
    slow: int = tw.parameter(50, low=5, high=400)

    def warm_up_bars(self):
        """Bars that pass before the first opinion; a backtest on fewer bars is refused."""
        return self.slow

    def generate_signals(self, bars):
        """One strength in [-1, 1] for each bar: 1 all in, 0 flat, -1 short, NaN no opinion (keep what there is).

        `bars.open`, `bars.high`, `bars.low`, `bars.close` and `bars.volume` are numpy arrays, oldest bar first. The
        value of a row may use that row and earlier ones only; the order is filled at the open of the next bar.
        """
        fast = sma(bars.close, self.fast)
        slow = sma(bars.close, self.slow)
        # While an average warms up it is NaN; no comparison with NaN holds, so nothing is bought before both are known.
        return tw.where(fast > slow, 1.0, 0.0)
'''


def strategy_text(name: str) -> tuple[str, str]:
    """`my_idea` -> `my_idea.py` and its text with a class `MyIdea`; InputError for a name that cannot be one."""
    module = re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix(".py").strip())).lower()
    if not _WORDS.fullmatch(module) or keyword.iskeyword(module):
        raise InputError(
            f"{name!r} cannot name a strategy", expected="letters, digits and _, a letter first", remedy="try my_idea"
        )
    words = [word for word in module.split("_") if word]
    class_name = "".join(word.capitalize() for word in words)
    return f"{module}.py", _TEXT.format(title=" ".join(words).capitalize(), module=module, name=class_name)
