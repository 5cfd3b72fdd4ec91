"""A slice of `python -m proofs websocket`: nonsense on a WebSocket hurts nobody."""

import asyncio

from proofs.asking.frames import frames
from proofs.websocket import fuzzed


def test_a_server_that_gets_nonsense_lives_does_not_grow_and_tells_those_who_are_sane() -> None:
    report = asyncio.run(fuzzed(400, 7))
    assert report.is_good, (report.findings, report.lines)
    assert report.numbers["frames"]


def test_nonsense_is_the_same_each_time() -> None:
    assert list(frames(3, 200)) == list(frames(3, 200)) != list(frames(4, 200))
