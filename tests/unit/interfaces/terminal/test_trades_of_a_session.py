"""What a screen says of the trades that a session makes its bars of."""

from tradewright.application.trading.views import TickView
from tradewright.interfaces.terminal.trading import ticks_line


def test_a_line_tells_how_many_came_how_fast_and_what_was_put_aside() -> None:
    view = TickView(
        trades=12_477,
        per_second=2_760.4,
        lag_ns=1_500_000,
        waiting=0,
        last_ns=1_570_965_568_844_000_000,
        believed=12_475,
        quarantined={"price jump": 2},
        late=0,
        bars=2_469,
        gaps=408,
        slices=2_469,
        incomplete=3,
        notes=(),
    )
    line = ticks_line(view)
    for told in ("12,477", "2,760/s", "lag 1.5 ms", "bars 2,469", "(3 incomplete)", "gaps 408", "price jump 2"):
        assert told in line
