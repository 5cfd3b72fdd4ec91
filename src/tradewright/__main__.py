"""Where the command `tradewright` begins, as a script or as `python -m tradewright`: it listens to Ctrl-C and only then
loads the rest, which takes a while.
"""

from tradewright.interfaces.cli.interrupts import EXIT_CODE, leave_at_once, leave_with_the_code
from tradewright.lazy import load


def main() -> None:
    """Run the command that was typed and leave with its exit code."""
    leave_at_once()
    try:
        load("tradewright.interfaces.cli.main").main()
    except SystemExit as left:
        if left.code == EXIT_CODE:
            leave_with_the_code()
        raise


if __name__ == "__main__":
    main()
