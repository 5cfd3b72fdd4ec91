"""The judge against clients of which it is known what they did: right ones pass, each wrong one breaks its rule."""

import ast
import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from simulator.checker.evidence import Believed, Evidence
from simulator.checker.journal import whole
from simulator.checker.liveness import exposure, liveness
from simulator.checker.safety import safety
from simulator.log import Entry

ROOT = Path(__file__).resolve().parents[2]
NAME = "set by the rule of names"
REQUEST = {"instrument": "ALFA.XSIM", "side": "BUY", "quantity": "10", "reduces_only": False}
FILL = {
    "execution_id": "x1", "client_order_id": NAME, "instrument": "ALFA.XSIM", "side": "BUY", "quantity": "10",
    "price": "100", "fee": {"amount": "0.10", "currency": "USD"}, "time_ns": 5,
}  # fmt: skip
STARTED = {
    "session": "s1", "account": "sim", "opening_cash": {"USD": "10000"},
    "instruments": [{"instrument": "ALFA.XSIM", "currency": "USD"}],
}  # fmt: skip
INTENDED = {
    "client_order_id": NAME, "intent": 1, "request": REQUEST, "strategy": "random", "role": "plain",
    "limits_version": 1, "epoch": 1, "attempt": 1, "is_reducing": False,
}  # fmt: skip
Fact = tuple[str, dict[str, Any]]


def named() -> str:

    told = "\x00".join(("tw", "s1", "sim", "random", "1"))
    digest = blake2b(told.encode(), digest_size=13).digest()
    return f"tw00-{base64.b32encode(digest).decode()[:20].lower()}"


def written(*facts: Fact) -> bytes:
    """Frames in a chain, as the journal's docs describe them."""
    content, previous = b"", bytes(16)
    for sequence, (kind, fields) in enumerate(facts, start=1):
        body = json.dumps([kind, fields]).encode()
        head = struct.pack("<IIQQ16s", len(body), 1, sequence, 1, previous) + body
        previous = blake2b(head, digest_size=16).digest()
        content += head + previous
    return content


def anchor(content: bytes, sequence: int) -> bytes:
    digests = [record.digest for record in whole({"segment-00000001.journal": bytes(64) + content})]
    fields = struct.pack("<8sIIQQQ16s", b"TWANCHOR", 1, 1, sequence, 1, 0, digests[sequence - 1])
    return fields + blake2b(fields, digest_size=16).digest()


HISTORY: tuple[Fact, ...] = (
    ("SessionStarted", STARTED),
    ("OrderIntended", {**INTENDED, "client_order_id": named()}),
    ("OrderHandedOver", {"client_order_id": named(), "attempt": 1}),
    ("OrderAccepted", {"client_order_id": named(), "venue_order_id": "v1"}),
    ("OrderFilled", {"fill": {**FILL, "client_order_id": named()}}),
)


def told(history: tuple[Fact, ...] = HISTORY, **changes: Any) -> Evidence:
    """A run of a right client, or one with another history."""
    content = written(*history)
    entries = [
        Entry(1, 0, "synced", "t", {"path": "j/segment-00000001.journal", "chunks": [(64, content)]}),
        Entry(2, 0, "synced", "t", {"path": "j/anchor", "chunks": [(0, anchor(content, len(history)))]}),
        Entry(
            3, 1, "sent", "t",
            {"client_order_id": named(), "request": REQUEST, "attempt": 1, "epoch": 1, "limits_version": 1},
        ),
    ]  # fmt: skip
    order = {
        "venue_order_id": "v1", "client_order_id": named(), "instrument": "ALFA.XSIM", "quantity": "10",
        "life": "filled", "filled": "10", "limit_price": None, "stop_price": None,
    }  # fmt: skip
    believed = Believed(
        positions={"ALFA.XSIM": "10"},
        cash={"USD": "8999.90"},
        orders={
            named(): {"life": "filled", "filled": "10", "quantity": "10", "pending": "", "limit_price": None,
                      "stop_price": None}
        },
        frozen={},
        is_green=True,
        digest="d",
    )  # fmt: skip
    made = Evidence(
        entries=entries,
        truth={
            "orders": [order], "positions": {"ALFA.XSIM": "10"}, "cash": {"USD": "8999.90"},
            "held": {"ALFA.XSIM": [(0, "10")]},
        },
        journal={"segment-00000001.journal": bytes(64) + content},
        believed=believed,
    )  # fmt: skip
    return replace(made, **changes)


def rules(evidence: Evidence) -> set[str]:
    return {one.rule for one in (*safety(evidence), *liveness(evidence))}


def with_fact(at: int, kind: str, **fields: Any) -> tuple[Fact, ...]:
    return (*HISTORY[:at], (kind, fields), *HISTORY[at:])


def test_a_right_client_is_found_right() -> None:
    assert [str(one) for one in (*safety(told()), *liveness(told()))] == []


def entries_in(order: tuple[int, ...]) -> list[Entry]:
    entries = told().entries
    return [entries[at] for at in order]


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 2, 1), (2,)], ids=["before", "not promised", "never"])
def test_a_send_before_its_intent_is_durable_breaks_i1(order: tuple[int, ...]) -> None:
    assert "I1" in rules(told(entries=entries_in(order)))


def test_a_send_with_another_body_or_ticket_is_seen() -> None:
    sent = told().entries[2]
    other = replace(sent, data={**sent.data, "request": {**REQUEST, "quantity": "11"}})
    stale = replace(sent, data={**sent.data, "epoch": 7})
    first, second, _ = told().entries
    assert "I1" in rules(told(entries=[first, second, other]))
    assert "I4" in rules(told(entries=[first, second, stale]))
    assert "I4" in rules(told(entries=[first, second, sent, sent]))


def test_two_orders_of_one_name_at_the_venue_break_i2() -> None:
    truth = told().truth
    assert "I2" in rules(told(truth={**truth, "orders": truth["orders"] * 2}))


WRONG: Mapping[str, tuple[str, tuple[Fact, ...]]] = {
    "another name": ("I3", (*HISTORY[:1], ("OrderIntended", {**INTENDED, "client_order_id": "x"}))),
    "twice booked": ("I10", (*HISTORY, HISTORY[-1])),
    "rejected and filled": ("2.3.3", with_fact(4, "OrderRejected", client_order_id=named(), reason="")),
    "unknown order": ("2.3", with_fact(1, "OrderAccepted", client_order_id="x", venue_order_id="v")),
    "resent without doubt": (
        "2.3.1",
        with_fact(4, "OrderIntended", **{**INTENDED, "client_order_id": named(), "attempt": 2}),
    ),
    "two bodies": (
        "2.3.7",
        with_fact(
            3,
            "OrderIntended",
            **{**INTENDED, "client_order_id": named(), "attempt": 2, "request": {**REQUEST, "quantity": "9"}},
        ),
    ),
    "two requests": (
        "2.3.8",
        (
            *HISTORY[:4],
            *[("CancelRequested", {"client_order_id": named(), "attempt": 1})] * 2,
            HISTORY[4],
        ),
    ),
    "busted without a fill": ("I9", with_fact(4, "FillBusted", client_order_id=named(), execution_id="x9")),
    "sent after a kill": ("I16", with_fact(1, "TradingStateChanged", scope="", state=3)),
    "a difference that never was": (
        "2.5",
        (*HISTORY, ("Reconciled", {"differences": [{"what": "position", "name": "ALFA.XSIM", "theirs": "4"}]})),
    ),
    "an invented opening": ("I6", with_fact(1, "PositionAdopted", quantity="1", instrument="ALFA.XSIM")),
}


@pytest.mark.parametrize("case", WRONG.items(), ids=list(WRONG))
def test_a_wrong_history_breaks_its_rule(case: tuple[str, tuple[str, tuple[Fact, ...]]]) -> None:
    rule, history = case[1]
    assert rule in rules(told(history))


def test_more_risk_than_the_limit_breaks_i12() -> None:
    marked = with_fact(1, "SliceClosed", marks={"ALFA.XSIM": "100"})
    assert "I12" not in rules(told(marked))
    assert "I12" in rules(told(marked, position_share="0.01"))


def test_a_promised_record_that_is_gone_breaks_i20() -> None:
    cut = {"segment-00000001.journal": bytes(64) + written(*HISTORY[:3])}
    assert "I20" in rules(told(journal=cut))


def test_what_was_confirmed_and_is_forgotten_breaks_i21() -> None:
    answered = Entry(
        4, 2, "answered", "t", {"is_done": True, "client_order_ids": ["gone"], "story": "", "canceled": []}
    )
    assert "I21" in rules(told(entries=[*told().entries, answered]))


def test_books_that_do_not_add_up_are_seen() -> None:
    believed = told().believed
    assert believed is not None
    assert {"I6", "L1"} <= rules(told(believed=replace(believed, positions={"ALFA.XSIM": "11"})))
    assert {"I7", "L1"} <= rules(told(believed=replace(believed, cash={"USD": "8999.91"})))
    assert "L2" in rules(told(believed=replace(believed, frozen={"ALFA.XSIM": "drift"})))
    assert "L2" in rules(told(believed=replace(believed, is_green=False)))
    assert "I19" in rules(told(digests=[("end", "a", "b")]))
    assert "L1" in rules(told(believed=None))
    assert "L5" in rules(told(problems=["a task was left"]))


def test_an_order_that_is_never_resolved_or_never_known_is_seen() -> None:
    believed, truth = told().believed, told().truth
    assert believed is not None
    doubted = {**believed.orders, "tw00-b": {**believed.orders[named()], "life": "unknown", "filled": "0"}}
    assert "L1" in rules(told(believed=replace(believed, orders=doubted)))
    foreign = {**truth["orders"][0], "client_order_id": "", "venue_order_id": "v2"}
    assert "I14" in rules(told(truth={**truth, "orders": [*truth["orders"], foreign]}))
    working = {**truth["orders"][0], "life": "working", "filled": "4", "limit_price": "9"}
    assert "L1" in rules(told(truth={**truth, "orders": [working]}))


def killed(*after: Entry) -> Evidence:
    state = written(("TradingStateChanged", {"scope": "", "state": 3}))
    known = Entry(
        1, 0, "synced", "t",
        {"path": "j/segment-00000001.journal", "chunks": [(64, state)], "is_connected": True},
    )  # fmt: skip
    return told(entries=[known, *after])


def test_a_kill_that_cancels_nothing_breaks_l4_and_one_that_cancels_protection_i18() -> None:
    later = Entry(3, 6 * 10**9, "asked", "t", {})
    good = Entry(2, 10**9, "canceling_everything", "t", {"keeps_protection": True})
    bad = replace(good, data={"keeps_protection": False})
    assert "L4" in rules(killed(later))
    assert not {"L4", "I18"} & rules(killed(good, later))
    assert "I18" in rules(killed(bad, later))
    assert "L4" not in rules(killed(Entry(2, 1, "killed", "t", {}), later))


def test_what_leaves_off_the_grid_breaks_i23() -> None:
    sent = told().entries[2]
    odd = replace(sent, kind="replacing", data={**sent.data, "request": {**REQUEST, "limit_price": "1.001"}})
    assert "I23" in rules(told(entries=[*told().entries, odd]))


def test_what_the_venue_may_fill_must_be_counted() -> None:

    assert not list(exposure({"a": Decimal(5)}, {"a": Decimal(5)}))
    assert [one.rule for one in exposure({"a": Decimal(4)}, {"a": Decimal(5), "b": Decimal(1)})] == ["I11", "I11"]


AT = tuple((kind, {**fields, "time_ns": 10}) for kind, fields in HISTORY)
"""The story, with when it was."""
RESULT = {"ALFA.XSIM": "-1000.10"}
"""Ten bought at 100 for a fee of 0.10."""


def gone(*after: Fact, history: tuple[Fact, ...] = AT, **changes: Any) -> Evidence:
    """A run of a client whose books its order has left."""
    told_before = told((*history, *after))
    believed = told_before.believed
    assert believed is not None
    beliefs = {"orders": {}, "dropped": frozenset({named()}), "drops": 1, "results": RESULT, **changes}
    return replace(told_before, believed=replace(believed, **beliefs))


def pruned(before_ns: int) -> Fact:
    return "Pruned", {"time_ns": 90, "before_ns": before_ns}


def test_an_order_may_leave_the_books_when_it_ended_long_ago_and_nothing_leaves_with_it() -> None:
    assert rules(gone(pruned(11))) == set()
    assert rules(gone()) == {"I21"}
    assert rules(gone(pruned(10))) == {"I21"}
    assert rules(gone(pruned(11), drops=2)) == {"I21"}
    assert rules(gone(pruned(11), results={"ALFA.XSIM": "-0.10"})) == {"I6"}
    assert rules(gone(pruned(11), dropped=frozenset())) == {"I14"}


def test_an_order_that_works_or_belongs_to_one_that_does_may_not_leave() -> None:
    works = gone(pruned(11), history=AT[:-1], positions={}, cash={"USD": "10000"}, results={})
    assert "I21" in rules(works)
    leg = {**INTENDED, "client_order_id": "leg", "request": REQUEST, "time_ns": 10, "parent": named()}
    adopted = ("OrderAdopted", {**leg, "life": "working", "venue_order_id": "v2"})
    assert "I21" in rules(gone(adopted, pruned(11)))


def test_an_order_that_left_and_stands_otherwise_at_the_venue_is_seen() -> None:
    evidence = gone(pruned(11))
    order = evidence.truth["orders"][0]
    for other in ({**order, "life": "working"}, {**order, "filled": "11"}):
        assert "L1" in rules(replace(evidence, truth={**evidence.truth, "orders": [other]}))


def test_an_execution_that_was_booked_may_not_be_refused_as_too_late() -> None:
    refused = {"what": "execution", "identity": "x1", "client_order_id": named(), "fill": None, "time_ns": 91}
    assert "I10" in rules(gone(pruned(11), ("ReportRefused", refused)))
    assert "I10" not in rules(gone(pruned(11), ("ReportRefused", {**refused, "identity": "x2"})))


def test_the_judge_imports_nothing_of_what_it_judges() -> None:
    for path in (*sorted((ROOT / "simulator/checker").glob("*.py")), ROOT / "simulator/log.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                ours = name.startswith("simulator") and not name.startswith(("simulator.checker", "simulator.log"))
                assert not name.startswith("tradewright") and not ours, f"{path.name} imports {name}"


def test_the_venue_uses_no_code_of_engine_or_matching() -> None:
    allowed = ("tradewright.domain.", "tradewright.ports.")
    banned = ("tradewright.domain.matching", "tradewright.domain.arithmetic", "tradewright.domain.portfolio")
    for path in sorted((ROOT / "simulator/venue").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tradewright"):
                module = node.module or ""
                assert (module + ".").startswith(allowed) and not module.startswith(banned), f"{path.name}: {module}"
