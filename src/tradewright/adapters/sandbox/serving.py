"""The inner side of a confined job: the walls go up, the work is done, its answer goes out, and the process ends.

This file decides that the work sees only what was handed in, and that what it prints goes to its errors.
"""

import faulthandler
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Final

from tradewright.adapters.sandbox.frames import MEMORY, Broke, Done, NoWall, Said, frame_of
from tradewright.adapters.sandbox.handing import Handed
from tradewright.adapters.sandbox.walls import Builders, raise_walls
from tradewright.domain.errors import ConfinementError, TradewrightError
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedWork

Work = Callable[[Source, memoryview], bytes]
"""Does the work on a source and what is asked; gives the answer."""
ERRORS: Final = 2


def serve_job(works: Mapping[ConfinedWork, Callable[[], Work]], arguments: list[str]) -> int:
    """Do one work; `arguments` are what is handed, and the name of the work. Gives the exit code.

    A work is made when it is asked for, behind the walls, so that also its libraries are loaded there.
    """
    handed, named = Handed.read(arguments[0]), ConfinedWork(arguments[1])
    source, content, pipe = handed.source(), handed.content(), _taken_pipe()
    faulthandler.enable(file=ERRORS)
    try:
        walls = raise_walls(handed.walls, Builders())
        assert source is not None, "a job without a source"
        said: Said = Done(works[named]()(source, content), list(walls))
    except ConfinementError as missing:
        said = NoWall(missing.problem, missing.expected, missing.found, missing.remedy)
    except (TradewrightError, MemoryError, SystemExit, RecursionError) as raised:
        traceback.print_exception(raised)
        said = _broke(raised)
    _send(pipe, frame_of(said))
    return 0


def _taken_pipe() -> int:
    """Move the pipe for the answer to a number nobody guesses by habit; what is printed goes to the errors."""
    pipe = os.dup(1)
    os.dup2(ERRORS, 1)
    return pipe


def _broke(raised: BaseException) -> Broke:
    if isinstance(raised.__cause__, MemoryError):
        return Broke(MEMORY, str(raised))
    if isinstance(raised, TradewrightError):
        return Broke(type(raised).__name__, raised.problem, raised.expected, raised.found, raised.remedy)
    if isinstance(raised, SystemExit):
        return Broke("StrategyError", f"the strategy left with sys.exit({raised.code!r})", remedy="mend the strategy")
    if isinstance(raised, MemoryError):
        return Broke(MEMORY, "the strategy asked for more memory than it may have")
    return Broke("StrategyError", "the strategy calls itself too often", remedy="mend the strategy")


def _send(pipe: int, frame: bytes) -> None:
    left = memoryview(frame)
    while left:
        left = left[os.write(pipe, left) :]
