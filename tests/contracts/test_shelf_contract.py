"""What every shelf of strategies promises, on both databases."""

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.schema.strategies import STRATEGY_SOURCES
from tradewright.adapters.database.shelf import DatabaseShelf
from tradewright.domain.errors import Conflict, InputError, StorageError
from tradewright.ports.paging import Slot
from tradewright.ports.shelf import Finding, ShelfFilter, ShelfLife, ShelvedStrategy, StrategyShelf, StrategyVersion

SOURCE = b"class Mine: ...\n\x00\xff"


@pytest.fixture
def shelf(database: Database) -> StrategyShelf:
    return DatabaseShelf(database)


def version(strategy: str, number: int = 1, source: bytes = SOURCE) -> StrategyVersion:
    return StrategyVersion(
        strategy=strategy,
        version=number,
        digest=hashlib.sha256(source).hexdigest(),
        file_name="mein Ding.py",
        size_bytes=len(source),
        class_name="Mine",
        parameters={"fast": {"default": 10, "range": [1, 99]}, "rate": {"default": 1.0}},
        findings=(Finding(3, "forbidden-import", "os cannot be imported"), Finding(0, "slow", "slow", is_fatal=False)),
        created_ns=5,
        created_by="anna",
    )


def strategy(name: str = "mine", *, id: str = "", tags: str = "", life: ShelfLife = ShelfLife.DRAFT) -> ShelvedStrategy:
    return ShelvedStrategy(
        id=id or f"id-{name}",
        name=name,
        description="what it does",
        tags=frozenset(tags.split()),
        life=life,
        newest=version(id or f"id-{name}"),
        created_ns=5,
        created_by="anna",
        changed_ns=5,
    )


def test_a_strategy_comes_back_as_it_was(shelf: StrategyShelf) -> None:
    made = strategy(tags="trend daily")
    assert shelf.put(made, SOURCE) == made
    assert shelf.find("mine") == made
    assert shelf.find("id-mine") == made
    assert list(shelf.versions("id-mine")) == [made.newest]
    assert shelf.source(made.newest.digest) == SOURCE


def test_a_new_version_leaves_the_old_one_as_it_was(shelf: StrategyShelf) -> None:
    first = shelf.put(strategy(), SOURCE)
    other = b"class Mine:\n    fast = 3\n"
    second = replace(first, newest=version(first.id, 2, other), description="better", changed_ns=9)
    assert shelf.put(second, other) == second
    assert shelf.find("mine") == second
    assert list(shelf.versions(first.id)) == [second.newest, first.newest]
    assert shelf.source(first.newest.digest) == SOURCE
    third = replace(second, newest=version(first.id, 3))
    assert shelf.put(third, SOURCE).newest.digest == first.newest.digest


def test_two_cannot_put_the_same_version(shelf: StrategyShelf) -> None:
    first = shelf.put(strategy(), SOURCE)
    shelf.put(replace(first, newest=version(first.id, 2)), SOURCE)
    for number in (1, 2, 4):
        with pytest.raises(Conflict, match="does not follow from what is there"):
            shelf.put(replace(first, newest=version(first.id, number), description="late"), SOURCE)
    assert shelf.find("mine").description == "what it does"


def test_a_name_belongs_to_one_strategy_as_long_as_it_is_not_deleted(shelf: StrategyShelf) -> None:
    first = shelf.put(strategy(), SOURCE)
    second = shelf.put(strategy("other"), SOURCE)
    with pytest.raises(Conflict, match="the name mine belongs to another strategy"):
        shelf.put(strategy("mine", id="another"), SOURCE)
    with pytest.raises(Conflict, match="the name mine belongs to another strategy"):
        shelf.change(replace(second, name="mine"))
    shelf.change(replace(first, life=ShelfLife.DELETED))
    again = shelf.put(strategy("mine", id="another"), SOURCE)
    assert shelf.find("mine") == again
    assert shelf.find(first.id).life is ShelfLife.DELETED
    with pytest.raises(Conflict, match="belongs to another"):
        shelf.change(first)


def test_what_is_told_of_a_version_may_change_and_its_bytes_not(shelf: StrategyShelf) -> None:
    made = shelf.put(strategy(), SOURCE)
    checked = replace(made.newest, class_name="Other", parameters={}, findings=())
    ready = replace(made, newest=checked, life=ShelfLife.READY, tags=frozenset({"x"}), changed_ns=10)
    assert shelf.change(ready) == ready
    assert shelf.find("mine") == ready
    wrong = replace(checked, digest=hashlib.sha256(b"other").hexdigest())
    with pytest.raises(Conflict, match="does not follow"):
        shelf.change(replace(ready, newest=wrong))
    with pytest.raises(InputError, match="there is no strategy id-nobody"):
        shelf.change(strategy("nobody"))


def test_bytes_that_do_not_go_with_their_digest_are_not_put(shelf: StrategyShelf) -> None:
    with pytest.raises(InputError, match="does not go with its bytes"):
        shelf.put(strategy(), b"other bytes")
    with pytest.raises(InputError, match="there is no strategy mine"):
        shelf.find("mine")


def test_damaged_bytes_are_not_handed_out(shelf: StrategyShelf, database: Database) -> None:
    made = shelf.put(strategy(), SOURCE)
    with database.writing() as connection:
        connection.execute(update(STRATEGY_SOURCES).values(source=b"import os"))
    with pytest.raises(StorageError, match="is damaged"):
        shelf.source(made.newest.digest)
    with pytest.raises(InputError, match="there is no strategy file"):
        shelf.source("none")


def test_a_wrong_name_is_told_with_near_ones(shelf: StrategyShelf) -> None:
    shelf.put(strategy("momentum"), SOURCE)
    with pytest.raises(InputError, match=r"there is no strategy momentun; did you mean momentum\?"):
        shelf.find("momentun")
    with pytest.raises(InputError, match="there is no strategy none"):
        shelf.versions("none")


def test_lists_are_by_name_and_can_be_narrowed(shelf: StrategyShelf) -> None:
    for name, tags in (("b", "trend"), ("B", "trends"), ("a_b", ""), ("Ä", "trend daily"), ("a", '"quoted"')):
        shelf.put(strategy(name, tags=tags), SOURCE)
    shelf.change(strategy("a", tags='"quoted"', life=ShelfLife.DELETED))

    def names(wanted: ShelfFilter) -> list[str]:
        return [one.name for one in shelf.all(wanted, Slot()).items]

    assert names(ShelfFilter()) == ["B", "a_b", "b", "Ä"]
    assert names(ShelfFilter(tag="trend")) == ["b", "Ä"]
    assert names(ShelfFilter(name="B")) == ["B", "a_b", "b"]
    assert names(ShelfFilter(name="_")) == ["a_b"]
    assert names(ShelfFilter(name="%")) == []
    assert names(ShelfFilter(life=ShelfLife.DELETED)) == ["a"]
    assert names(ShelfFilter(life=ShelfLife.DELETED, tag="quoted")) == []
    assert names(ShelfFilter(life=ShelfLife.DELETED, tag='"quoted"')) == ["a"]


def test_pages_go_on_where_the_last_one_ended(shelf: StrategyShelf) -> None:
    for name in "ecabd":
        shelf.put(strategy(name), SOURCE)
    first = shelf.all(ShelfFilter(), Slot(limit=2))
    shelf.put(strategy("aa"), SOURCE)
    second = shelf.all(ShelfFilter(), Slot(limit=3, cursor=first.cursor))
    assert [one.name for page in (first, second) for one in page.items] == list("abcde")
    assert second.cursor == ""
    for wrong in ("x", "WyJhIl0", "ÿ"):
        with pytest.raises(InputError, match="that cursor is none"):
            shelf.all(ShelfFilter(), Slot(cursor=wrong))
