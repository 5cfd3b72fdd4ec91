"""`tw.verify`: a kept run is made again, and every byte of it is compared."""

from tradewright.application.backtests.messages import VerifyBacktest
from tradewright.application.backtests.verifying import Verification
from tradewright.bootstrap import open_app


def verify(run_id: str = "latest") -> Verification:
    """Make a kept run of the project again and compare: `is_equal`, `differences`, `remarks`.

    `run_id` is an id, the beginning of one, or `latest`. Fills, equity and round trips must be the same to the last
    bit, statistics to twelve digits. Raises InputError where the run cannot be made again, and says why.
    """
    return open_app().ask(VerifyBacktest(run_id), answer=Verification)
