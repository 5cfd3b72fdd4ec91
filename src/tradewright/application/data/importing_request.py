"""The wish to bring in a file, with all that a person can say about how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - a field is called date

from tradewright.application.data.importing_bars import Stamps
from tradewright.application.data.importing_columns import Mapped
from tradewright.application.data.importing_numbers import NumberFormat
from tradewright.ports.files import ReadOptions
from tradewright.ports.stores import Table


@dataclass(frozen=True, slots=True)
class ImportFile:
    """Bring in one file. Everything that is None is concluded from the file and told in the report."""

    path: str
    table: Table | None = None
    symbol: str | None = None
    """The instrument of a file that names none: `SPY`, or `SPY.ARCX`."""
    venue: str | None = None
    """Where bare symbols are traded."""
    venues: Mapping[str, str] = field(default_factory=dict)
    """Symbol to venue, for a file whose symbols are traded at several."""
    interval: str | None = None
    source: str = "file"
    """Under which name the rows are kept; a second import under the same name corrects the first."""
    mapping: Mapping[str, Mapped] = field(default_factory=dict)
    """Role to column name or position (from 1); None for a column that is not there."""
    wide: Mapping[str, Mapping[str, Mapped]] = field(default_factory=dict)
    """Instrument to role to column, for files with a column per instrument."""
    timezone: str | None = None
    """Of times that tell none; the venue's when not given."""
    stamps: Stamps | None = None
    time_format: str | None = None
    """As `strptime` takes it, or `s`, `ms`, `us`, `ns` for counts since 1970."""
    day_first: bool | None = None
    date: Date | None = None
    """The day, for files that count milliseconds since midnight."""
    numbers: NumberFormat | None = None
    price_scale: float = 1.0
    """What prices are divided by: 10000 for integers that count hundredths of a cent."""
    most_rows: int | None = None
    """The file may hold so many and no more; what is packed small can be very long. None: any number."""
    max_rejected: float = 0.5
    """Above this part of rejected rows nothing is stored: the file was misunderstood."""
    with_actions: bool = False
    """Bring in the splits and dividends that a file of bars holds beside its prices, too."""
    form: ReadOptions = field(default_factory=ReadOptions)
