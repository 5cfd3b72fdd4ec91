"""What no code of the package does by itself, and what it does instead."""

import ast

from tests.architecture.source import Source, sources, told

CLOCK = "ask the clock port: clock.now_ns()"
DURATION = "ask the clock port: clock.monotonic_ns()"
CHANCE = "ask the randomness port, or take a seed and use np.random.default_rng(seed)"
NAMES = "ask the randomness port: randomness.token()"
BANNED: dict[str, str] = {
    "datetime.now": CLOCK,
    "datetime.utcnow": CLOCK,
    "datetime.today": CLOCK,
    "date.today": CLOCK,
    "datetime.datetime.now": CLOCK,
    "datetime.date.today": CLOCK,
    "time.time": CLOCK,
    "time.time_ns": CLOCK,
    "time.monotonic": DURATION,
    "time.monotonic_ns": DURATION,
    "time.perf_counter": DURATION,
    "time.perf_counter_ns": DURATION,
    "time.process_time": DURATION,
    "time.sleep": "wait in an adapter, or ask the clock port",
    "uuid.uuid1": NAMES,
    "uuid.uuid4": NAMES,
    "uuid4": NAMES,
    "os.urandom": NAMES,
    "random.random": CHANCE,
    "random.Random": CHANCE,
    "random.choice": CHANCE,
    "random.randint": CHANCE,
    "random.shuffle": CHANCE,
    "secrets.token_hex": NAMES,
    "secrets.token_urlsafe": NAMES,
    "perf_counter": DURATION,
    "perf_counter_ns": DURATION,
    "monotonic": DURATION,
    "monotonic_ns": DURATION,
    "time_ns": CLOCK,
    "eval": "read the text with a grammar of its own",
    "exec": "load a strategy's file through the strategy host",
    "pickle.loads": "use msgspec or JSON: a pickle from outside runs code",
    "pickle.load": "use msgspec or JSON: a pickle from outside runs code",
}
EXPLICIT = frozenset({"default_rng", "Generator", "SeedSequence", "PCG64", "Philox"})
SWALLOWING = (
    "interfaces",
    "venues",
    "engine/session/supervisor.py",
    "adapters/buses/redis_reader.py",
    "adapters/buses/subscription.py",
    "adapters/control/server.py",
    "bootstrap/job_child.py",
    "bootstrap/newsroom.py",
)
"""Doors and the supervisor answer for every failure, the bus keeps it as a dead letter, a job tells it, the newsroom
tells it and begins anew; elsewhere one that is caught whole must be raised again."""


def calls(source: Source) -> list[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called."""
    return [(node, ast.unparse(node.func)) for node in source.nodes if isinstance(node, ast.Call)]


def test_time_chance_and_names_are_asked_for() -> None:
    found = [
        f"{one.at(call)}: {name}() is not ours to call; {BANNED[name]}"
        for one in sources()
        if not one.is_in("adapters")
        for call, name in calls(one)
        if name in BANNED
    ]
    assert not found, told(found)


def test_randomness_of_arrays_has_a_seed() -> None:
    found = []
    for one in sources():
        for call, name in calls(one):
            if name.endswith("random.default_rng") and not (call.args or call.keywords):
                found.append(f"{one.at(call)}: default_rng() without a seed cannot be repeated; pass one")
            elif name.startswith(("np.random.", "numpy.random.")) and name.split(".")[-1] not in EXPLICIT:
                found.append(f"{one.at(call)}: {name}() uses a hidden state; {CHANCE}")
    assert not found, told(found)


def test_no_failure_is_swallowed() -> None:
    found = []
    for one in sources():
        for node in one.nodes:
            if not isinstance(node, ast.ExceptHandler):
                continue
            kind = ast.unparse(node.type) if node.type else ""
            if not kind:
                found.append(f"{one.at(node)}: a bare except; name what you expect")
            is_whole = kind in {"Exception", "BaseException"}
            if is_whole and not one.is_in(*SWALLOWING) and not isinstance(node.body[-1], ast.Raise):
                found.append(f"{one.at(node)}: except {kind} outside a door; name what you expect, or raise at its end")
    assert not found, told(found)


def test_imports_stand_at_the_top_and_are_absolute() -> None:
    found = []
    for one in sources():
        for node in one.nodes:
            if isinstance(node, ast.ImportFrom) and node.level:
                found.append(f"{one.at(node)}: a relative import; write it out from tradewright")
            if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
                found.append(f"{one.at(node)}: import *; name what you need")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.extend(
                    f"{one.at(inner)}: an import inside {node.name}; put it at the top, heavy ones through lazy.load"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                )
    assert not found, told(found)


def test_only_the_lazy_helper_imports_by_name() -> None:
    found = [
        f"{one.at(call)}: {name}() hides an import; use tradewright.lazy.load"
        for one in sources()
        if not one.is_in("lazy.py", "adapters")
        for call, name in calls(one)
        if name in {"import_module", "importlib.import_module", "__import__"}
    ]
    assert not found, told(found)


def test_no_module_keeps_mutable_state() -> None:
    found = [
        f"{one.at(node)}: global {', '.join(node.names)}; hand the state in"
        for one in sources()
        for node in one.nodes
        if isinstance(node, ast.Global)
    ]
    assert not found, told(found)
