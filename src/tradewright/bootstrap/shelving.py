"""Work on strategies of the shelf, wired: checks, backtests and descriptions behind the walls of this machine.

This file decides how much of it happens at once: a check or a description is done in the thread of whoever asks, and
only so many at a time, because each may take a gigabyte.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.files.shipped_data import ShippedFiles
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.confined.backtesting import Behind, Uploaded, run_confined_backtest
from tradewright.application.confined.check import check_strategy, trial_bars
from tradewright.application.confined.describing import Described, described
from tradewright.application.confined.honesty import confined_honesty
from tradewright.application.confined.parity import confined_parity
from tradewright.application.confined.signaling import confined_opinions
from tradewright.application.honesty.handlers import Checked
from tradewright.application.shelf.checked import CheckedStrategy
from tradewright.application.shelf.running import Runnable, runnable
from tradewright.application.signals.handlers import Signaling
from tradewright.application.signals.opinions import SignalsAnswered
from tradewright.application.trading.choosing import ChosenStrategy, Shelf, chosen
from tradewright.bootstrap.confining import confinement
from tradewright.bootstrap.engines import backtesting, engine_version
from tradewright.ports.deployments import Wanted
from tradewright.research.lookahead.report import HonestyReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradewright.application.backtests.finished import FinishedBacktest
    from tradewright.application.backtests.messages import LoadedBars, Market, RunBacktest
    from tradewright.application.confined.parity import UploadedSession
    from tradewright.application.honesty.messages import CheckHonesty
    from tradewright.application.shelf.naming import Reference
    from tradewright.bootstrap.state import PlatformState
    from tradewright.ports.code import Source
    from tradewright.research.parity_report import ParityReport
    from tradewright.trading.bars import Bars

AT_ONCE: Final = 2


class Shelving:
    """What a project does with strategies that somebody uploaded."""

    def __init__(self, state: "PlatformState", bars_of: "Callable[[Market], LoadedBars]") -> None:
        self._state = state
        self._bars_of = bars_of
        self._places = BoundedSemaphore(AT_ONCE)

    @cached_property
    def _trial(self) -> "Bars":
        return trial_bars(ShippedFiles(), self._bars_of)

    def checked(self, source: "Source", class_name: str) -> CheckedStrategy:
        """The check of a source; ConfinementError where this machine cannot confine it."""
        with self._places:
            return check_strategy(source, self._trial, confinement=confinement(), class_name=class_name)

    def runnable(self, reference: "Reference") -> Runnable:
        """The version that is meant."""
        return runnable(reference, self._state.shelf)

    def described(self, found: Runnable, parameters: Mapping[str, object]) -> Described:
        """What a version says of itself with these parameters."""
        with self._places:
            return described(found.source, found.class_name, parameters=parameters, confinement=confinement())

    def chosen(self, strategy: str, parameters: Mapping[str, object]) -> ChosenStrategy:
        """The strategy of a session, whoever wrote it."""
        return chosen(strategy, parameters, code=PythonFiles(), shelf=Shelf(self.runnable, self.described))

    def _opinions(self, found: Runnable, parameters: Mapping[str, object], bars: "Bars") -> SignalsAnswered:
        """What it wants after the newest bar, behind walls."""
        with self._places:
            return confined_opinions(
                found.source, found.class_name, parameters=parameters, bars=bars, confinement=confinement()
            )

    @property
    def signaling(self) -> Signaling:
        """Who gives signals."""
        return Signaling(backtesting(), self.runnable, self._opinions)  # type: ignore[arg-type]

    def backtested(self, command: "RunBacktest", reference: "Reference") -> "FinishedBacktest":
        """A backtest of it, behind walls."""
        found = self.runnable(reference)
        return run_confined_backtest(
            command,
            Uploaded(source=found.source, class_name=found.class_name, shown_as=found.shown_as),
            behind=Behind(confinement=confinement()),
            clock=SystemClock(),
            engine=backtesting(),  # type: ignore[arg-type]
            bars_of=self._bars_of,
            engine_version=engine_version,
        )

    def honest(self, command: "CheckHonesty", reference: "Reference", *, checked: Checked) -> HonestyReport:
        """Its check for look-ahead, behind walls."""
        found = self.runnable(reference)
        return confined_honesty(
            found.source, found.class_name, parameters=command.parameters, checked=checked, confinement=confinement()
        )

    def compared(self, session: "UploadedSession") -> "ParityReport":
        """A session of it beside its backtest, behind walls."""
        with self._places:
            return confined_parity(session, confinement=confinement())

    def deployed(self, strategy: str) -> Sequence[str]:
        """Deployments of a strategy that are not stopped, on whatever account."""
        return [
            one.id
            for one in self._state.deployments.all()
            if one.strategy == strategy and one.wanted is not Wanted.STOPPED
        ]
