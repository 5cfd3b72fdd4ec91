"""What a strategy prints: kept in the log of its worker up to a bound, and dropped beyond it."""

import io
import os


class BoundedPrints(io.TextIOBase):
    """A text stream over a file number that takes only so many bytes."""

    def __init__(self, number: int, most: int) -> None:
        super().__init__()
        self._number = number
        self._left = most

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """The file below; what is written there by its number is not bounded here."""
        return self._number

    def write(self, text: str) -> int:
        """Keep what there is room for, and say once that the rest is dropped."""
        if self._left > 0:
            data = text.encode("utf-8", "backslashreplace")
            os.write(self._number, data[: self._left])
            self._left -= len(data)
            if self._left <= 0:
                os.write(self._number, b"\n(what the strategy prints from here on is dropped)\n")
        return len(text)
