"""The walls stand all or not at all: one that cannot be raised is named, and nothing comes after it."""

import errno
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from tradewright.adapters.sandbox import walls
from tradewright.adapters.sandbox.bounds import Bounds
from tradewright.adapters.sandbox.walls import Builders, Walls, raise_walls
from tradewright.domain.errors import ConfinementError


def asked(*, root: bool = True) -> Walls:
    return Walls(
        parent=1,
        readable=("/usr/lib",),
        base="/nowhere",
        has_own_user=root,
        has_own_tree=root,
        bounds=Bounds(memory_bytes=1 << 30),
    )


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' process has threads of its own, and hands no folder over."""
    monkeypatch.setattr(walls, "threads", lambda: 1)
    monkeypatch.setattr(walls, "hand_over", lambda folder, user: None)


def builders(raised: list[str], **other: Callable[..., Any]) -> Builders:
    """Builders that take down who was called."""

    def noted(name: str) -> Callable[..., Any]:
        def build(*_: object, **__: object) -> tuple[str, ...]:
            raised.append(name)
            return ()

        return build

    made = {one.name: noted(one.name) for one in fields(Builders)}
    return Builders(**(made | other))


def test_the_walls_are_raised_in_the_order_in_which_each_can_stand() -> None:
    raised: list[str] = []
    names = raise_walls(asked(), builders(raised))
    assert raised == [
        "descriptors", "tree", "limits", "user", "privileges", "closing", "landlock", "filter", "attempts",
    ]  # fmt: skip
    assert names == (
        "open files", "own file tree", "own folder", "limits", "own user", "no privileges", "closed to others",
        "Landlock", "seccomp filter",
    )  # fmt: skip


def test_who_is_not_root_stays_who_he_is_in_the_tree_that_is_there() -> None:
    raised: list[str] = []
    raise_walls(asked(root=False), builders(raised))
    assert raised == ["descriptors", "limits", "privileges", "closing", "landlock", "filter", "attempts"]


NAMES = {
    "descriptors": "open files",
    "tree": "own file tree",
    "limits": "limits",
    "user": "own user",
    "privileges": "no privileges",
    "closing": "closed to others",
    "landlock": "Landlock",
    "filter": "seccomp filter",
}


@pytest.mark.parametrize("missing", sorted(NAMES))
def test_a_wall_that_cannot_be_raised_is_named_and_nothing_follows(missing: str) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    raised: list[str] = []
    with pytest.raises(ConfinementError) as told:
        raise_walls(asked(), builders(raised, **{missing: refuses}))
    assert f"the wall '{NAMES[missing]}' cannot be raised" in str(told.value)
    assert "attempts" not in raised
    everything = ["descriptors", "tree", "limits", "user", "privileges", "closing", "landlock", "filter"]
    assert raised == everything[: everything.index(missing)]


@pytest.mark.parametrize(
    ("error", "story"),
    [
        (errno.ENOSYS, "has no Landlock; it came with Linux 5.13"),
        (errno.EOPNOTSUPP, "was not switched on at its start"),
        (errno.EPERM, "the kernel refused it"),
    ],
)
def test_why_there_is_no_landlock_is_told(error: int, story: str) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(error, "no")

    with pytest.raises(ConfinementError, match=story):
        raise_walls(asked(), builders([], landlock=refuses))


def test_walls_that_let_something_through_are_no_walls() -> None:
    def broken(**_: object) -> tuple[str, ...]:
        return ("read a file outside", "start a process")

    with pytest.raises(ConfinementError) as told:
        raise_walls(asked(), builders([], attempts=broken))
    assert "the walls stand, and yet it could: found read a file outside; start a process" in str(told.value)


def test_a_process_of_several_threads_is_not_enclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "threads", lambda: 2)
    raised: list[str] = []
    with pytest.raises(ConfinementError, match="several threads"):
        raise_walls(asked(), builders(raised))
    assert raised == []


def test_a_machine_without_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls, "machine", lambda: "riscv64")
    with pytest.raises(ConfinementError, match="x86_64 or aarch64, found riscv64"):
        raise_walls(asked(), builders([]))
