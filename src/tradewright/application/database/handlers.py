"""Answers about the database as a whole: how it is, and its way to another version.

This file decides that tables with something in them are backed up before they change.
"""

from tradewright.application.database.backing import NOTHING, Backing, Progress, require_all_accounts
from tradewright.application.database.backing_up import back_up
from tradewright.application.database.contents import BACKUPS
from tradewright.application.database.messages import BackUp, DatabaseStatus, DowngradeDatabase, UpgradeDatabase
from tradewright.application.database.views import ArchiveLine, DatabaseMoved, DatabaseView, StepView
from tradewright.application.envelope import Envelope


def database_status(query: DatabaseStatus, *, backing: Backing) -> DatabaseView:
    """As it is now."""
    shown, steps = backing.database.shown(), backing.database.steps()
    kept = backing.archives.list(backing.state.root / BACKUPS)
    return DatabaseView(
        kind=shown.kind,
        place=shown.place,
        server=shown.server,
        version=shown.version,
        newest=steps[-1].version,
        is_current=shown.version == steps[-1].version,
        bytes=shown.size_bytes,
        rows=dict(shown.rows),
        steps=tuple(StepView(one.version, one.title, one.version <= shown.version) for one in steps),
        at_work=tuple(backing.database.at_work()),
        backups=tuple(ArchiveLine(str(one.path), one.size) for one in kept),
    )


def upgrade_database(
    command: UpgradeDatabase, *, backing: Backing, progress: Progress, envelope: Envelope
) -> DatabaseMoved:
    """Where it is at the newest version already, nothing is done."""
    before, newest = backing.database.version(), backing.database.steps()[-1].version
    backup = _kept(backing, progress, envelope) if NOTHING < before < newest else ""
    return DatabaseMoved(*backing.database.upgrade(), backup)


def downgrade_database(
    command: DowngradeDatabase, *, backing: Backing, progress: Progress, envelope: Envelope
) -> DatabaseMoved:
    """InputError for a version that is not known."""
    known = [NOTHING, *(one.version for one in backing.database.steps())]
    is_known = command.to in known and backing.database.version() in known
    backup = _kept(backing, progress, envelope) if is_known and command.to < backing.database.version() else ""
    return DatabaseMoved(*backing.database.downgrade(command.to), backup)


def _kept(backing: Backing, progress: Progress, envelope: Envelope) -> str:
    require_all_accounts(envelope)
    return back_up(BackUp(only_database=True), backing=backing, progress=progress, envelope=envelope).path
