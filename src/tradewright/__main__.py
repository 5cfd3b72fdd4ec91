"""Where the command `tradewright` begins, as a script or as `python -m tradewright`: it listens to Ctrl-C and only then
loads the rest, which takes a while.
"""

from tradewright.interfaces.cli.interrupts import leave_at_once
from tradewright.lazy import load


def main() -> None:
    """Run the command that was typed and leave with its exit code."""
    leave_at_once()
    load("tradewright.interfaces.cli.main").main()


if __name__ == "__main__":
    main()
