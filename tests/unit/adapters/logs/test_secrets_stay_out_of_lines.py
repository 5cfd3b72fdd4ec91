"""What may stand in a line: no secret, no control character, no long text; and a line is read as it was written."""

import doctest
import json
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tradewright.adapters.logs import cleaning, redaction
from tradewright.adapters.logs.cleaning import FIELD_BYTES, cleaned, cleaned_stack
from tradewright.adapters.logs.lines import as_json, as_text, read
from tradewright.adapters.logs.redaction import HIDDEN, Redactor

SECRET = "c4n4ry/Value+9"
KNOWN = Redactor(frozenset({SECRET}))
NOTHING_KNOWN = Redactor()


@pytest.mark.parametrize("module", [redaction, cleaning], ids=["redaction", "cleaning"])
def test_what_the_pages_show_is_so(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"before{SECRET}after",
        "c4n4ry%2FValue%2B9",
        b64encode(SECRET.encode()).decode(),
        f"x = {SECRET!r}",
    ],
    ids=["alone", "inside a word", "in an address", "in a header", "as Python writes it"],
)
def test_a_known_secret_is_found_however_it_is_spelled(text: str) -> None:
    assert SECRET not in KNOWN(text)
    assert HIDDEN in KNOWN(text)


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter-two",
        "password: hunter-two",
        '{"password": "hunter-two"}',
        "{'api_key': 'hunter-two'}",
        "GOTIFY_TOKEN=hunter-two",
        "Authorization: Bearer hunter-two-three",
        "authorization=Basic hunter-two-three",
        "GET /x?signature=hunter-two&size=1",
        "postgresql://tw:hunter-two@db/tradewright",
        "redis://:hunter-two@cache:6379/0",
        "tw_abc123." + "hunter-two" * 5,
        "-----BEGIN PRIVATE KEY-----\nhunter-two\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter-two, cut",
    ],
    ids=str,
)
def test_an_unknown_secret_is_found_by_its_looks(text: str) -> None:
    assert "hunter" not in NOTHING_KNOWN(text)


@pytest.mark.parametrize(
    "text",
    [
        "OrderFilled AAPL.XNAS 145 at 34.02",
        "the key is not there",
        "asked for 3 times, at 09:30",
        "no such token",
        "https://desk.example.com/docs",
    ],
    ids=str,
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert KNOWN(text) == text


def test_a_field_is_bounded_and_a_field_with_a_name_of_secrets_is_hidden() -> None:
    assert len(cleaned("message", "ü" * 10_000_000, redact=KNOWN).encode()) < FIELD_BYTES + 64
    assert cleaned("gotify_token", "anything", redact=KNOWN) == HIDDEN


def test_a_secret_that_is_cut_in_half_does_not_stay() -> None:
    hidden = "-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----"  # what is hidden makes room for what is cut
    cut = hidden * 600 + "x" * ((32 << 10) - 600 * len(hidden) - 5)
    assert SECRET[:5] not in cleaned("message", cut + SECRET + "y" * 2_000, redact=KNOWN)
    assert SECRET[-5:] not in cleaned_stack("y" * 2_000 + SECRET + "x" * ((32 << 10) - 5), KNOWN)
    assert len(cut) + 5 == 32 << 10


@pytest.mark.parametrize("render", [as_json, as_text], ids=["json", "text"])
@settings(max_examples=60, deadline=None)
@given(message=some.text(max_size=80), reason=some.text(max_size=40), stack=some.text(max_size=80))
def test_nobody_can_write_a_line_of_their_own(render: object, message: str, reason: str, stack: str) -> None:
    assert callable(render)
    forged = f'{message}\n2026-01-01T00:00:00Z INFO     forged[1] x () y\r\n{{"time": "forged"}}'
    told = {
        "time": "2026-11-20T14:30:00.000000Z",
        "level": "warning",
        "service": "trader",
        "process": "12",
        "logger": "tradewright.trader",
        "correlation_id": "a#1",
        "message": cleaned("message", forged, redact=NOTHING_KNOWN),
        "reason": cleaned("reason", reason, redact=NOTHING_KNOWN),
        "exception": cleaned_stack(f"{stack}\n{forged}", NOTHING_KNOWN),
    }
    lines = list(read(render(told).split("\n")))
    assert [one.service for one in lines] == ["trader"]
    assert lines[0].correlation_id == "a#1" and lines[0].level == "warning"
    assert "\x1b" not in render(told) and "\r" not in render(told).replace("\\r", "")
    assert dict(lines[0].fields).get("reason", "") == told["reason"]


def test_lines_of_both_kinds_may_be_mixed_and_half_a_line_is_left_out() -> None:
    told = {"time": "2026-11-20T14:30:00.000000Z", "level": "info", "service": "a", "process": "1", "message": "said"}
    both = [as_json(told), as_text(told | {"logger": "x"}), '{"time": "2026', "2026-11-20T14:30:00Z INF", ""]
    assert [one.message for one in read(both)] == ["said", "said"]
    assert json.loads(both[0])["service"] == "a"
