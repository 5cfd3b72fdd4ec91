"""The files of this machine behind the port: picks the reader by what a file is, not by what it is called."""

from pathlib import Path

from tradewright.adapters.files.columnar import ColumnarFile
from tradewright.adapters.files.delimited import DelimitedFile
from tradewright.adapters.files.json_rows import JsonArrayFile, JsonLinesFile, is_array
from tradewright.adapters.files.keeping import MEMORY_ROWS, QuarantineFile, StagedFrames
from tradewright.adapters.files.messages import MessageFile
from tradewright.adapters.files.opening import locate
from tradewright.ports.files import DataFile, FileFormat, Quarantine, ReadOptions, Stage


class LocalFiles:
    """Opens data files; keeps rejected rows in `quarantine`, waiting ones in `staging` (the temporary folder)."""

    def __init__(
        self,
        quarantine: Path,
        *,
        staging: Path | None = None,
        block_bytes: int | None = None,
        memory_rows: int = MEMORY_ROWS,
    ) -> None:
        self._quarantine = quarantine
        self._staging = staging
        self._block_bytes = block_bytes
        self._memory_rows = memory_rows

    def open(self, path: str, options: ReadOptions) -> DataFile:
        """Look at a file; an InputError says what is wrong with one that cannot be read."""
        source = locate(path, options.member)
        match source.format:
            case FileFormat.PARQUET | FileFormat.ARROW:
                return ColumnarFile(source)
            case FileFormat.MESSAGES:
                return MessageFile(source, options, block_bytes=self._block_bytes)
            case FileFormat.JSON:
                return (
                    JsonArrayFile(source) if is_array(source) else JsonLinesFile(source, block_bytes=self._block_bytes)
                )
            case FileFormat.DELIMITED:
                return DelimitedFile(source, options, block_bytes=self._block_bytes)

    def quarantine(self, path: str) -> Quarantine:
        """A new quarantine for the rejected rows of the file `path`."""
        return QuarantineFile(self._quarantine, Path(path).name)

    def stage(self) -> Stage:
        """A new, empty stage."""
        return StagedFrames(self._staging, memory_rows=self._memory_rows)
