"""Only the gate mints tickets: no other code of the package makes one, copies one into another, or renames the type."""

import ast

import pytest
from tests.architecture.source import Source, sources, told

GATE = "trading/risk/gate.py"
HOME = "domain/orders/ticket.py"
COPIES = frozenset({"replace", "copy.replace", "dataclasses.replace", "copy.copy", "copy.deepcopy", "object.__new__"})


def forgeries(source: Source) -> list[str]:
    """Where a file mints a ticket, changes a copy of one, or hides the type under another name."""
    found = []
    for node in source.nodes:
        if isinstance(node, ast.alias) and node.name == "Ticket" and node.asname not in {None, "Ticket"}:
            found.append(f"{source.name}: imports Ticket as {node.asname}; keep its name")
        if isinstance(node, ast.Assign) and ast.unparse(node.value).split(".")[-1] == "Ticket":
            found.append(f"{source.at(node)}: gives Ticket another name")
        if isinstance(node, ast.ClassDef) and any("Ticket" in ast.unparse(base).split(".") for base in node.bases):
            found.append(f"{source.at(node)}: makes a kind of Ticket")
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            first = ast.unparse(node.args[0]) if node.args else ""
            if called.split(".")[-1] == "Ticket" or called.endswith("Ticket.__new__"):
                found.append(f"{source.at(node)}: mints a ticket; ask the gate")
            if called in COPIES and "ticket" in first.lower():
                found.append(f"{source.at(node)}: makes a ticket out of {first}; ask the gate")
    return found


def test_only_the_gate_mints_tickets() -> None:
    found = [line for one in sources() if not one.is_in(GATE) for line in forgeries(one)]
    assert not found, told(found)


def test_the_gate_mints_at_one_place() -> None:
    (gate,) = (one for one in sources() if one.is_in(GATE))
    (home,) = (one for one in sources() if one.is_in(HOME))
    assert len(forgeries(gate)) == 1
    assert "class Ticket" in home.text


@pytest.mark.parametrize(
    "text",
    [
        "ticket = Ticket(request=wish)",
        "ticket = orders.ticket.Ticket(request=wish)",
        "from tradewright.domain.orders.ticket import Ticket as Paper",
        "Paper = ticket_module.Ticket",
        "class Forged(Ticket): pass",
        "other = replace(ticket, epoch=2)",
        "other = dataclasses.replace(approved.ticket, attempt=2)",
        "other = object.__new__(Ticket)",
        "other = Ticket.__new__(Ticket)",
    ],
)
def test_the_search_for_forged_tickets_finds_them(text: str) -> None:
    (any_source,) = (one for one in sources() if one.is_in(HOME))
    planted = Source.of(any_source.path, text)
    assert forgeries(planted)
