"""Why a journal refuses: a session that cannot prove what happened must not trade.

StorageError
└── JournalError
    ├── JournalDamaged    it does not say what was written: a flipped bit, a missing end, another chain
    ├── JournalDiffers    it does not hold the record that a snapshot of it was taken at
    ├── JournalNewer      a later version wrote it; this one would have to guess
    └── JournalPoisoned   the disk failed, or another writer took over: closed for good until opened anew
"""

from tradewright.domain.errors import StorageError


class JournalError(StorageError):
    """The journal cannot be used as it is."""


class JournalDamaged(JournalError):  # noqa: N818 - said as it is; the tree above tells that it is an error
    """What was written and promised is not there any more; `segment` and `offset` tell where."""

    def __init__(self, problem: str, *, segment: str, offset: int, expected: str = "", found: str = "") -> None:
        super().__init__(
            f"{segment} at byte {offset}: {problem}",
            expected=expected,
            found=found,
            remedy="keep a copy of the folder, restore it from a backup, or start a new session and reconcile",
        )
        self.segment = segment
        self.offset = offset


class JournalDiffers(JournalError):  # noqa: N818 - see JournalDamaged
    """The record that was named is not in this journal, or is another one there: the snapshot is of another journal."""

    def __init__(self, sequence: int, *, found: str) -> None:
        super().__init__(
            "the journal is not the one that the snapshot was taken of",
            expected=f"record {sequence} with the snapshot's digest",
            found=found,
            remedy="take an older snapshot, or replay from the first record",
        )


class JournalNewer(JournalError):  # noqa: N818 - see JournalDamaged
    """A later version of the program wrote this."""

    def __init__(self, what: str, *, expected: str, found: str) -> None:
        super().__init__(
            f"{what} comes from a later version", expected=expected, found=found, remedy="install that version or newer"
        )


class JournalPoisoned(JournalError):  # noqa: N818 - see JournalDamaged
    """Nothing more can be written; what was not yet committed may or may not be on the disk."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "the journal is closed for writing",
            found=reason,
            remedy="stop trading and start the session anew: it goes on from the last record that is safe",
        )
