"""What a machine can raise is told in words, for every kind of machine."""

import errno

import pytest

from tradewright.adapters.sandbox import landlock, layers
from tradewright.adapters.sandbox.landlock import handled
from tradewright.adapters.sandbox.layers import Layer
from tradewright.adapters.sandbox.privileges import CAP_SETUID, CAP_SYS_ADMIN


def told(monkeypatch: pytest.MonkeyPatch, *, root: bool, held: frozenset[int] = frozenset()) -> dict[str, Layer]:
    monkeypatch.setattr(layers, "IS_LINUX", True)
    monkeypatch.setattr(layers, "machine", lambda: "x86_64")
    monkeypatch.setattr(layers, "is_root", lambda: root)
    monkeypatch.setattr(layers, "holds", lambda capability: capability in held)
    monkeypatch.setattr(layers, "closed_to_others", lambda paths: "")
    monkeypatch.setattr(landlock, "version", lambda: 7)
    monkeypatch.setattr(layers, "call", lambda *_: 0)
    return {one.name: one for one in layers.layers()}


def test_a_root_that_may_mount_raises_every_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, root=True, held=frozenset({CAP_SYS_ADMIN, CAP_SETUID}))
    assert list(found) == ["own file tree", "own user", "Landlock", "seccomp filter"]
    assert all(one.is_there and one.is_needed and one.story for one in found.values())


def test_the_root_of_a_container_does_without_a_tree_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, root=True, held=frozenset({CAP_SETUID}))
    assert (found["own file tree"].is_there, found["own file tree"].is_needed) == (False, False)
    assert "may not mount" in found["own file tree"].story
    assert found["own user"].is_there


def test_a_user_does_without_tree_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, root=False)
    assert [one.name for one in found.values() if one.is_there] == ["Landlock", "seccomp filter"]
    assert not found["own user"].is_needed


def test_a_root_that_cannot_become_another_user_lacks_a_wall_that_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(monkeypatch, root=True)
    assert (found["own user"].is_there, found["own user"].is_needed) == (False, True)
    monkeypatch.setattr(layers, "holds", lambda capability: capability == CAP_SETUID)
    monkeypatch.setattr(layers, "closed_to_others", lambda paths: "/closed")
    assert "/closed is closed" in next(one for one in layers.layers() if one.name == "own user").story


def test_a_kernel_without_a_wall_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, root=False)

    def refuses(*_: object) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(landlock, "version", refuses)
    monkeypatch.setattr(layers, "call", refuses)
    found = {one.name: one for one in layers.layers()}
    assert "came with Linux 5.13" in found["Landlock"].story
    assert "Function not implemented" in found["seccomp filter"].story
    assert not any(found[name].is_there for name in ("Landlock", "seccomp filter"))


def test_another_system_has_no_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "IS_LINUX", False)
    (only,) = layers.layers()
    assert not only.is_there
    assert "x86_64 or aarch64" in only.story


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (1, (0x1FFF, 0, 0)),
        (2, (0x3FFF, 0, 0)),
        (3, (0x7FFF, 0, 0)),
        (4, (0x7FFF, 3, 0)),
        (5, (0xFFFF, 3, 0)),
        (6, (0xFFFF, 3, 3)),
        (9, (0xFFFF, 3, 3)),
    ],
)
def test_each_version_of_landlock_forbids_all_that_it_knows(version: int, expected: tuple[int, int, int]) -> None:
    assert handled(version) == expected
