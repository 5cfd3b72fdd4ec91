"""Tables in the docs that say what code says are compared with it; a difference prints the table that belongs there."""

from pathlib import Path

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import TRANSITIONS, Transition
from tradewright.settings.fields import fields
from tradewright.settings.loading import ALIASES
from tradewright.settings.secrets import masked

CONCEPTS = Path(__file__).resolve().parents[3] / "docs" / "concepts"


def is_told(page: str, table: list[str]) -> None:
    text = (CONCEPTS / page).read_text(encoding="utf-8")
    assert "\n".join(table) in text, f"docs/concepts/{page} should hold:\n\n" + "\n".join(table)


def source(step: Transition) -> str:
    return step.source.value if step.source else "(not known)"


def test_the_page_on_orders_has_the_whole_table() -> None:
    by_row: dict[tuple[str, str, str, str], list[str]] = {}
    for step in TRANSITIONS.values():
        target = "unchanged" if step.target is step.source else step.target.value
        notes = [step.remark, "late" if step.is_late else "", f"incident {step.incident}" if step.incident else ""]
        key = (step.event.value, target, "; ".join(note for note in notes if note), step.pending.value)
        by_row.setdefault(key, []).append(source(step))
    table = ["| from | event | to | remark |", "|---|---|---|---|"]
    table += [
        f"| {', '.join(sources)} | {event} | {target} | {remark} |"
        for (event, target, remark, _), sources in by_row.items()
    ]
    is_told("orders.md", table)


def test_the_page_on_orders_names_every_life() -> None:
    text = (CONCEPTS / "orders.md").read_text(encoding="utf-8")
    assert [life.value for life in OrderLife if f"`{life.value}`" not in text] == []


def test_the_page_on_settings_has_every_setting() -> None:
    common = {name: alias for alias, name in ALIASES.items()}
    table = ["| setting | default | what | expected | also read from |", "|---|---|---|---|---|"]
    for field in fields():
        default = masked(field.default) if field.default not in (None, "", ()) else ""
        alias = f"`{common[field.name]}`" if field.name in common else ""
        table.append(f"| `{field.name}` | {default} | {field.description} | {field.expected} | {alias} |")
    is_told("settings.md", table)
