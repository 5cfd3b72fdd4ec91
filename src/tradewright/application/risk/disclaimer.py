"""What everybody must have read who lets a program trade with real money; the page of the documentation says more."""

from typing import Final

DISCLAIMER: Final = (
    "Trading can lose everything. You can lose all the money you put in. With leverage, short positions and "
    "derivatives you can lose more. Do not trade with money that you cannot afford to lose.\n"
    "A backtest is not the future. A good result on the past promises nothing.\n"
    'No warranty. The software comes "as is" under the MIT licence, without warranty of any kind. Its authors are not '
    "liable for losses that arise from its use. You alone answer for the orders that you send and for the rules, taxes "
    "and licences that apply to you."
)
