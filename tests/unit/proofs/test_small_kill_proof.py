"""The proof of the kill switch runs, small: its numbers are measured elsewhere; here it is seen that nothing leaks."""

import asyncio
from pathlib import Path

import pytest
from proofs.killing import venues
from proofs.killing.alerts import breached_again_and_again
from proofs.killing.gate import killed_again_and_again
from proofs.killing.venues import cleared_again_and_again


def test_no_order_is_handed_over_after_a_kill_has_returned(tmp_path: Path) -> None:
    found = asyncio.run(killed_again_and_again(tmp_path, 15))
    assert (len(found.gate_ms), found.leaked) == (15, 0)
    assert found.handed > 15


def test_every_order_at_three_venues_goes_although_answers_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(venues, "WITHIN_S", 120.0)  # the goal is five seconds, and measured on a quiet machine
    found = asyncio.run(cleared_again_and_again(tmp_path, 2, orders=20))
    assert (found.unproven, found.left) == (0, 0)
    assert len(found.proven_ms) == 2


def test_a_broken_limit_is_told_every_time(tmp_path: Path) -> None:
    assert len(asyncio.run(breached_again_and_again(tmp_path, 3))) == 3
