"""No task is forgotten, no failure hides behind another, nothing is unpickled, and money is never a float."""

import ast

import pytest
from tests.architecture.source import Source, sources, told
from tests.architecture.test_banned_calls import calls

MAKES_TASKS = ("create_task", "ensure_future", "run_coroutine_threadsafe")
AT_DOORS = ("interfaces", "venues", "adapters/control/server.py")
HIDING: dict[str, str] = {
    "asyncio.gather": "it hides all failures but one: use a TaskGroup, or asyncio.wait",
    "asyncio.wait_for": "on Python 3.11 a result can be lost in a tie with its timeout: use asyncio.timeout",
}
"""Doors, whose tasks carry nothing that may not be lost, may use them."""
UNSAFE_MODULES = frozenset({"pickle", "marshal", "shelve", "cloudpickle", "dill"})
SHOWS_FLOATS = (
    "engine/session/strategies",
    "engine/session/deciding/market.py",
    "engine/session/deciding/proposing.py",
    "engine/session/markets.py",
    "engine/session/days.py",
)
"""What a strategy is shown, and what it says, are floats; statistics of markets are no money."""


def forgotten(source: Source) -> list[str]:
    """Tasks that nobody owns: the event loop keeps only a weak reference."""
    grouped = _task_groups(source.tree)
    return [
        f"{source.at(node)}: {ast.unparse(node.value.func)}() without an owner; keep the task, or use a TaskGroup"
        for node in source.nodes
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in MAKES_TASKS
        and ast.unparse(node.value.func.value) not in grouped
    ]


def _task_groups(tree: ast.AST) -> set[str]:
    return {
        ast.unparse(item.optional_vars)
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if item.optional_vars is not None and ast.unparse(item.context_expr).endswith("TaskGroup()")
    }


def hiding(source: Source) -> list[str]:
    """Calls behind which a failure or a result is lost."""
    return [f"{source.at(call)}: {name}(); {HIDING[name]}" for call, name in calls(source) if name in HIDING]


def unsafe_imports(source: Source) -> list[str]:
    """Modules that run what they read."""
    found = []
    for node in source.nodes:
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [
            f"{source.name}:{node.lineno}: {name} runs code of what it reads; use msgspec or JSON"  # type: ignore[attr-defined]
            for name in names
            if name.split(".")[0] in UNSAFE_MODULES
        ]
    return found


def inexact(source: Source) -> list[str]:
    """Floats where orders, positions and cash are booked: conversions, annotations, numbers with a point."""
    found = []
    for node in source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "float":
            found.append(f"{source.at(node)}: float() in a money path; stay with Decimal")
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Decimal":
            found += [
                f"{source.at(node)}: Decimal of a float is not what was written; give it a text"
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, float)
            ]
    return found


def test_every_task_has_an_owner() -> None:
    found = [finding for one in sources() for finding in forgotten(one)]
    assert not found, told(found)


def test_no_failure_hides_behind_another() -> None:
    found = [finding for one in sources() if not one.is_in(*AT_DOORS) for finding in hiding(one)]
    assert not found, told(found)


def test_nothing_is_unpickled() -> None:
    found = [finding for one in sources() for finding in unsafe_imports(one)]
    assert not found, told(found)


def test_money_of_a_session_is_never_a_float() -> None:
    booked = [one for one in sources() if one.is_in("engine/session") and not one.is_in(*SHOWS_FLOATS)]
    assert len(booked) > 20
    found = [finding for one in booked for finding in inexact(one)]
    assert not found, told(found)


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("import asyncio\nasyncio.create_task(work())\n", forgotten),
        ("loop.create_task(work())\n", forgotten),
        ("import asyncio\nasyncio.gather(one(), two())\n", hiding),
        ("import asyncio\nasyncio.wait_for(one(), 1)\n", hiding),
        ("import pickle\n", unsafe_imports),
        ("from shelve import open\n", unsafe_imports),
        ("cash = float(amount)\n", inexact),
        ("from decimal import Decimal\ncash = Decimal(0.1)\n", inexact),
    ],
)
def test_a_planted_fault_is_found(text: str, finds: object) -> None:
    assert callable(finds)
    planted = Source.of(sources()[0].path, text)
    assert finds(planted)


def test_a_task_of_a_group_is_owned() -> None:
    text = "async def f():\n    async with asyncio.TaskGroup() as tasks:\n        tasks.create_task(work())\n"
    assert not forgotten(Source.of(sources()[0].path, text))
