"""`python -m tradewright`: the command `tradewright` where its script is not on the path."""

from tradewright.interfaces.cli.main import main

if __name__ == "__main__":
    main()
