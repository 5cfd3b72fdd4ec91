"""The history of limits: the policy that was founded once, and every change since, as lines of text.

This file decides what a line holds and how the policy follows from all of them. Whoever keeps the lines (an audit
trail) needs to know nothing of limits.
"""

import json
from collections.abc import Iterable
from typing import cast

from tradewright.domain.errors import InputError
from tradewright.trading.risk.policy import LimitsChanged, LimitsPolicy
from tradewright.trading.risk.policy_text import Plain, read_change, read_policy, written_change, written_policy


def founding_line(policy: LimitsPolicy, *, who: str, when_ns: int, why: str) -> str:
    """The first line: the whole policy, and who set it up."""
    if not who.strip() or not why.strip():
        raise InputError("limits are set by somebody for a reason", expected="a name and a reason")
    return _line({"founded": written_policy(policy), "who": who.strip(), "when_ns": when_ns, "why": why.strip()})


def policy_line(policy: LimitsPolicy) -> str:
    """A whole policy as one line, for journals."""
    return _line(written_policy(policy))


def policy_from(line: str) -> LimitsPolicy:
    """The policy of a line that `policy_line` wrote; an `InputError` where it is none."""
    return read_policy(_read(line, 1), is_kept=True)


def change_line(change: LimitsChanged) -> str:
    """A later line: one change."""
    return _line({"changed": written_change(change)})


def policy_of(lines: Iterable[str]) -> LimitsPolicy:
    """The policy that all lines come to; an `InputError` where there is none, or a line does not follow."""
    policy: LimitsPolicy | None = None
    for number, line in enumerate(lines, start=1):
        content = _read(line, number)
        if policy is None and isinstance(content.get("founded"), dict):
            policy = read_policy(cast("Plain", content["founded"]), is_kept=True)
        elif policy is not None and isinstance(content.get("changed"), dict):
            policy = policy.after(read_change(cast("Plain", content["changed"])))
        else:
            raise InputError(f"line {number} of the history of limits does not follow", found=line[:60])
    if policy is None:
        raise InputError("there is no history of limits", remedy="set the limits up first")
    return policy


def changes_of(lines: Iterable[str]) -> tuple[LimitsChanged, ...]:
    """Every change, oldest first."""
    read = (_read(line, number) for number, line in enumerate(lines, start=1))
    return tuple(read_change(cast("Plain", one["changed"])) for one in read if "changed" in one)


def _line(content: Plain) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _read(line: str, number: int) -> Plain:
    try:
        content = json.loads(line)
    except ValueError as problem:
        raise InputError(f"line {number} of the history of limits cannot be read", found=str(problem)) from problem
    if not isinstance(content, dict):
        raise InputError(f"line {number} of the history of limits is no record", found=line[:60])
    return content
