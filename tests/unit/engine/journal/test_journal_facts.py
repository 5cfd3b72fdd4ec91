"""Facts come back as they were, or are refused when they are written."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.journal.journal_samples import CATALOGUE, SMALL, Intended, fact, filled, kept, opened

from tradewright.domain.errors import InputError
from tradewright.engine.runtime.journal.frame import GENESIS, OVERHEAD, Frame, frame_at, packed
from tradewright.engine.runtime.journal.problems import JournalError, JournalNewer, JournalPoisoned
from tradewright.engine.runtime.journal.reader import read, replay, verify
from tradewright.engine.runtime.journal.record import Catalogue, Record, SessionOpened, Upcast
from tradewright.engine.runtime.journal.segment import HEADER_BYTES
from tradewright.engine.runtime.journal.writer import Journal


class Side(enum.Enum):
    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True)
class Filled:
    order: str
    side: Side
    quantity: Decimal
    price: Decimal
    at_ns: int
    remark: str | None = None


class Limit(msgspec.Struct, frozen=True):
    name: str
    value: float


RICH = Catalogue(1, {"Filled": Filled, "Limit": Limit})
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)


def framed(body: bytes, *, schema: int = 1) -> Frame:
    frame = frame_at(packed(body, schema=schema, sequence=1, epoch=1, previous=GENESIS), 0)
    assert isinstance(frame, Frame)
    return frame


@given(
    st.builds(
        Filled,
        order=st.text(),
        side=st.sampled_from(Side),
        quantity=DECIMALS,
        price=DECIMALS,
        at_ns=st.integers(-(2**63), 2**63 - 1),
        remark=st.none() | st.text(),
    )
)
def test_facts_come_back_equal_and_decimals_to_the_last_digit(given_fact: Filled) -> None:
    found = RICH.record_of(framed(RICH.body_of(given_fact))).fact
    assert isinstance(found, Filled)
    assert found == given_fact
    assert (str(found.quantity), str(found.price)) == (str(given_fact.quantity), str(given_fact.price))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_to_the_last_bit(value: float) -> None:
    found = RICH.record_of(framed(RICH.body_of(Limit("gross", value)))).fact
    assert isinstance(found, Limit)
    assert repr(found.value) == repr(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused_when_it_is_written(value: float) -> None:
    disk = FaultyDisk()
    journal = Journal.open(disk, RICH, opened_ns=1, segment_bytes=SMALL)
    with pytest.raises(InputError, match=r"cannot be written to the journal|would not be read back"):
        journal.append(Limit("gross", value))
    journal.append(Limit("gross", 1.0))
    assert journal.commit() == 2


def test_a_nan_decimal_is_refused_when_it_is_written() -> None:
    with pytest.raises(InputError, match=r"would not be read back"):
        CATALOGUE.body_of(Intended(1, Decimal("NaN")))


def test_a_fact_of_another_type_is_refused() -> None:
    with pytest.raises(InputError, match=r"str is no fact of this journal: expected one of \['Intended'\]"):
        CATALOGUE.body_of("buy")


def test_a_value_of_the_wrong_type_is_refused_when_it_is_written() -> None:
    with pytest.raises(InputError, match=r"cannot be written to the journal"):
        CATALOGUE.body_of(Intended("one"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"cannot be written to the journal"):
        CATALOGUE.body_of(Intended(object()))  # type: ignore[arg-type]


def test_a_fact_longer_than_a_segment_is_refused_and_the_journal_goes_on() -> None:
    disk = FaultyDisk()
    journal = opened(disk)
    with pytest.raises(InputError, match=r"too long for the journal: expected at most \d+ bytes, found 2\d{3}"):
        journal.append(Intended(1, reason="x" * 2000))
    journal.append(Intended(1))
    journal.commit()
    journal.close()
    assert kept(disk) == [1]


def test_the_longest_fact_fills_a_segment_of_its_own() -> None:
    disk = FaultyDisk()
    journal = opened(disk)
    spare = SMALL - HEADER_BYTES - OVERHEAD - len(CATALOGUE.body_of(Intended(1)))
    with pytest.raises(InputError, match="too long"):
        journal.append(Intended(1, reason="x" * (spare + 1)))
    journal.append(Intended(1, reason="x" * spare))
    journal.append(Intended(2, reason="x" * spare))
    journal.commit()
    journal.close()
    assert verify(disk).segments == 3
    assert kept(disk) == [1, 2]


@pytest.mark.parametrize("size", [0, 1023, 2**30 + 1])
def test_a_segment_size_without_sense_is_refused(size: int) -> None:
    with pytest.raises(InputError, match="segment_bytes cannot be used"):
        Journal.open(FaultyDisk(), CATALOGUE, opened_ns=1, segment_bytes=size)


def test_a_field_of_a_newer_version_that_may_be_absent_is_left_out() -> None:
    body = b'["Intended",{"number":5,"price":"1.50","reason":"","desk":"A","tags":[1]}]'
    assert CATALOGUE.record_of(framed(body)).fact == Intended(5, Decimal("1.50"))


def test_a_field_that_an_older_version_did_not_have_takes_its_default() -> None:
    assert CATALOGUE.record_of(framed(b'["Intended",{"number":5}]')).fact == Intended(5)


def test_a_later_schema_is_refused() -> None:
    with pytest.raises(JournalNewer, match=r"record 1 comes from a later version: expected schema 1 .* found schema 2"):
        CATALOGUE.record_of(framed(b'["Intended",{"number":5}]', schema=2))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'["Amended",{"number":5}]', "unknown kind 'Amended'"),
        (b'["Intended",{"price":"1"}]', "missing required field `number`"),
        (b'["Intended",{"number":5', "truncated"),
        (b'["\xff\xfe",{}]', "utf-8|Invalid"),
    ],
)
def test_a_fact_that_cannot_be_understood_is_refused(body: bytes, found: str) -> None:
    with pytest.raises(JournalError, match=f"record 1 cannot be read: expected a fact of schema 1, found .*({found})"):
        CATALOGUE.record_of(framed(body))


def pennies(kind: str, fields: dict[str, object]) -> tuple[str, dict[str, object]]:
    price = fields.pop("cents")
    assert isinstance(price, int)
    return kind, {**fields, "price": str(Decimal(price) / 100)}


def renamed(kind: str, fields: dict[str, object]) -> tuple[str, dict[str, object]]:
    return "Intended" if kind == "Wanted" else kind, fields


def test_facts_of_older_schemas_are_led_up_step_by_step() -> None:
    upcasts: Mapping[int, Upcast] = {1: renamed, 2: pennies}
    third = Catalogue(3, {"Intended": Intended}, upcasts)
    assert third.record_of(framed(b'["Wanted",{"number":5,"cents":18945}]')).fact == Intended(5, Decimal("189.45"))
    assert third.record_of(framed(b'["Intended",{"number":5,"cents":100}]', schema=2)).fact == Intended(5, Decimal(1))
    assert third.record_of(framed(b'["SessionOpened",{"epoch":1,"opened_ns":2,"cut_bytes":0}]')).fact == SessionOpened(
        1, 2, 0
    )


def test_an_older_schema_without_a_way_up_is_refused() -> None:
    with pytest.raises(JournalError, match="schema 1, and no way from it to schema 2"):
        Catalogue(2, {"Intended": Intended}).record_of(framed(b'["Intended",{"number":5}]'))


def test_a_catalogue_keeps_the_name_of_the_opening_to_the_journal() -> None:
    with pytest.raises(InputError, match="SessionOpened is the journal's own"):
        Catalogue(1, {"SessionOpened": Intended})
    with pytest.raises(InputError, match="a schema from 1 on"):
        replace(CATALOGUE, schema=0)


def test_openings_are_numbered_and_told_with_what_was_cut() -> None:
    disk = FaultyDisk()
    filled(disk, [2]).close()
    end = len(disk.read("segment-00000001.journal").rstrip(b"\0"))
    disk.names["segment-00000001.journal"].seen[end + 5] = 9
    taken: list[Record] = []
    journal = opened(disk, take=taken)
    journal.close()
    openings = [record.fact for record in read(disk, CATALOGUE) if isinstance(record.fact, SessionOpened)]
    assert openings == [SessionOpened(1, 7, 0), SessionOpened(2, 7, 6)]
    assert [record.sequence for record in taken] == [1, 2, 3]
    assert [record.epoch for record in read(disk, CATALOGUE)] == [1, 1, 1, 2]


def test_replay_gives_the_state_that_the_session_had() -> None:
    def book(state: list[int], one: object) -> None:
        if isinstance(one, Intended):
            state.append(one.number)

    disk = FaultyDisk()
    filled(disk, [3, 2]).close()
    state: list[int] = []
    before = list(disk.steps)
    assert replay(read(disk, CATALOGUE), book, state=state) == 6
    assert state == [1, 2, 3, 4, 5]
    assert not {"write", "sync", "rename", "truncate"} & set(disk.steps[len(before) :])
    assert replay(iter(()), book, state=state) == 0


def test_what_is_appended_is_safe_only_after_commit() -> None:
    disk = FaultyDisk()
    journal = opened(disk)
    assert journal.append(fact(1)) == 2
    assert (journal.sequence, journal.committed, kept(disk)) == (2, 1, [])
    assert journal.commit() == 2
    assert (journal.committed, kept(disk)) == (2, [1])
    before = list(disk.steps)
    assert journal.commit() == 2
    assert disk.steps == before
    journal.append(fact(2))
    journal.close()
    journal.close()
    assert kept(disk) == [1]
    with pytest.raises(JournalPoisoned, match="it was closed"):
        journal.append(fact(3))


def test_a_group_is_one_write_and_two_syncs() -> None:
    disk = FaultyDisk()
    journal = Journal.open(disk, CATALOGUE, opened_ns=1, segment_bytes=1 << 20)
    before = len(disk.steps)
    for number in range(500):
        journal.append(fact(number))
    journal.commit()
    assert disk.steps[before:] == ["read", "write", "sync", "write", "sync"]


def test_an_interrupted_commit_closes_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FaultyDisk()
    journal = opened(disk)
    journal.append(fact(1))

    def interrupted(kind: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        journal.commit()
    monkeypatch.undo()
    with pytest.raises(JournalPoisoned, match="a commit was interrupted"):
        journal.commit()
