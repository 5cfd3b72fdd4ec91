"""The market data that comes with the package: real daily bars in the public domain, enough to try everything."""

from importlib.resources import files

from tradewright.domain.errors import StorageError

DEMO_BARS = "wiki_5stocks_2000_2013.csv.gz"


class ShippedFiles:
    """Knows where the shipped files are on this machine."""

    def demo_bars(self) -> str:
        """Path of the file of daily bars with which the demo begins."""
        path = files("tradewright.adapters.files") / "shipped" / DEMO_BARS
        if not path.is_file():
            raise StorageError(
                f"the shipped file {DEMO_BARS} is missing", found="no such file", remedy="install tradewright again"
            )
        return str(path)
