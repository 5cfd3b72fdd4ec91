"""Mutants 25 to 41: ids, the journal, two engines, the gate, the kill switch, splits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from simulator.disk import SimDisk, SimHold
from simulator.zoo.mutant import Mutant
from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal import tail
from tradewright.engine.session.deciding import commanding, ordering, reconciling, reports
from tradewright.engine.session.deciding.desk import Desk
from tradewright.engine.session.effects import Tell
from tradewright.engine.session.sending import SendGuard
from tradewright.engine.session.shell import Session
from tradewright.ports.broker import CancelEverything, OrderReport

Right = Callable[..., Any]


def _reused_ids(right: Right) -> Right:
    def client_order_id(*terms: Any, **options: Any) -> Any:
        return right(*terms, **{**options, "intent": 1 + options["intent"] % 7})

    return client_order_id


def _sent_before_written(right: Right) -> Right:
    def turn(self: Session) -> None:
        committed, objection = type(self)._committed, SendGuard.objection
        try:
            type(self)._committed = lambda *_: 0  # type: ignore[method-assign]
            SendGuard.objection = lambda *_: ""  # type: ignore[method-assign]
            right(self)
        finally:
            type(self)._committed, SendGuard.objection = committed, objection  # type: ignore[method-assign]
        if not self.books.journal.poison:
            self.books.journal.commit()

    return turn


def _without_sync(right: Right) -> Right:
    del right

    def flush(self: Any, group: bytearray) -> None:
        if group:
            self._file.write(self.offset, bytes(group))
            self.offset += len(group)

    return flush


def _sync_tried_again(right: Right) -> Right:
    del right

    def flush(self: Any, group: bytearray) -> None:
        if group:
            self._file.write(self.offset, bytes(group))
            self.offset += len(group)
            try:
                self._file.sync()
            except StorageError:
                self._file.sync()

    return flush


def _folder_not_synced(right: Right) -> Right:
    def publish(disk: Any, file: Any, **options: Any) -> Any:
        return right(_NoFolderSync(disk), file, **options)

    return publish


class _NoFolderSync:
    """A disk whose folders are not synced."""

    def __init__(self, disk: Any) -> None:
        self._disk = disk

    def sync_folder(self, path: str = "") -> None:
        """Nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._disk, name)


def _no_fence(right: Right) -> Right:
    del right

    def hold(self: SimDisk, path: str) -> SimHold:
        self._platter.held[self._folder + path] = self._process
        return SimHold(self._platter, self._folder + path, self._process)

    return hold


def _nothing_reserved(right: Right) -> Right:
    def book(self: Desk, *names: str, **options: Any) -> Any:
        return replace(right(self, *names, **options), reservations={})

    return book


def _only_local(right: Right) -> Right:
    def killed(desk: Desk, given: Any) -> Iterator[Any]:
        for said in right(desk, given):
            if not (isinstance(said, Tell) and isinstance(said.command, CancelEverything)):
                yield said

    return killed


def _protection_too(right: Right) -> Right:
    def killed(desk: Desk, given: Any) -> Iterator[Any]:
        for said in right(desk, given):
            is_all = isinstance(said, Tell) and isinstance(said.command, CancelEverything)
            yield Tell(CancelEverything(keeps_protection=False)) if is_all else said

    return killed


def _stop_stays(right: Right) -> Right:
    def new_terms(desk: Desk, tracked: Any, request: Any) -> Iterator[Any]:
        ours = tracked.order.request
        if tracked.role.is_protection and ours.kind is request.kind:
            request = replace(request, stop_price=ours.stop_price, limit_price=ours.limit_price)
        yield from right(desk, tracked, request)

    return new_terms


def _over_the_limit_stays(right: Right) -> Right:
    del right
    return lambda *_: iter(())


def _report_lost(right: Right) -> Right:
    def reported(desk: Desk, given: OrderReport) -> Iterator[Any]:
        if given.parent is not None and given.client_order_id not in desk.state.orders:
            return
        yield from right(desk, given)

    return reported


_REPORTED = ((reports, "reported"), (reconciling, "reported"))
MUTANTS = (
    Mutant("25", "a client order id is used again after its order has ended", ((ordering, "client_order_id"),),
           _reused_ids),
    Mutant("26", "the intent is written down after the send", ((Session, "_turn"),), _sent_before_written),
    Mutant("27a", "the journal is not synced", ((tail.Tail, "_flush"),), _without_sync),
    Mutant("27b", "a failed sync is tried again", ((tail.Tail, "_flush"),), _sync_tried_again,
           families=("disk_errors", "power", "kills")),
    Mutant("28", "a new segment counts before its folder is synced", ((tail, "publish"),), _folder_not_synced,
           families=("power", "kills")),
    Mutant("30", "two engines, and nothing keeps them apart", ((SimDisk, "hold"),), _no_fence, families=("twin",)),
    Mutant("31", "what is checked is not reserved before the next check", ((Desk, "book"),), _nothing_reserved),
    Mutant("35", "kill clears what we know and cancels nothing (go-trader #351)", ((commanding, "killed"),),
           _only_local, families=("switch",)),
    Mutant("36", "a kill cancels protective stops too", ((commanding, "killed"),), _protection_too,
           families=("switch",)),
    Mutant("38", "a split changes the quantity and not the stop (alpaca-py #469)", ((reports, "_new_terms"),),
           _stop_stays, families=("splits",)),
    Mutant("39", "a split lifts an order over a limit (trading-engine #63)", ((reports, "outgrown"),),
           _over_the_limit_stays, families=("adjusts",)),
    Mutant("41", "protection that the venue made is not taken up", _REPORTED, _report_lost),
)  # fmt: skip
