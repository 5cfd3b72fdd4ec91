"""The page about WebSockets lists every topic with its role and every field that is told."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tradewright.application.watching.news import TOPICS
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.schemas.told import told_kind
from tradewright.interfaces.stream import terms
from tradewright.interfaces.stream.words import OPS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "websocket.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_lists_every_topic_with_its_role(tmp_path: Path) -> None:
    route = Serving(App(tmp_path)).dispatcher.route
    rows = []
    for topic in TOPICS.values():
        if topic.message is not None:
            state = ", ".join(f"`{one}`" for one in topic.state) or "each counts"
            filters = ", ".join(f"`{one}`" for one in topic.filters)
            found = route(topic.message).role
            assert found is not None
            rows.append(f"| `{topic.name}` | {found.value} | {topic.told} | {state} | {filters} |")
    lacking = [f"| `{topic.name}` | {topic.lacks} |" for topic in TOPICS.values() if not topic.works]
    told = TEXT.partition("## Topics")[2].partition("## Fields")[0]
    assert [line for line in told.splitlines() if line.startswith("| `")] == [*rows, *lacking], "\n".join(
        rows + lacking
    )


def test_the_page_lists_every_field_that_is_told() -> None:
    expected = list(field_tables())
    told = [line for line in TEXT.partition("## Fields")[2].splitlines() if line]
    assert told == expected, "\n".join(expected)


def test_the_page_names_every_op_and_every_code_with_which_we_close() -> None:
    assert [one for one in OPS if f"| `{one}` |" not in TEXT] == []
    codes = {
        value for name, value in vars(terms).items() if name.isupper() and isinstance(value, int) and value < 5_000
    }
    assert {one for one in codes if one >= 1_000} <= {int(one) for one in re.findall(r"\b(?:10|44)\d\d\b", TEXT)}


def field_tables() -> Iterator[str]:
    """The lines below the heading, without empty ones. Two topics of one kind share a table."""
    kinds: dict[Any, list[str]] = {}
    for topic in TOPICS.values():
        if topic.works:
            kinds.setdefault(topic.kind, []).append(topic.name)
    for kind, names in kinds.items():
        schema = told_kind(kind).model_json_schema()
        yield f"### {', '.join(names)}"
        yield "| field | kind | |"
        yield "|---|---|---|"
        for name, field in schema["properties"].items():
            words = " ".join(field.get("description", "").split()).replace("None:", "`null`:")
            yield f"| `{name}` | {spoken(field)} | {words} |"


def spoken(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(spoken(one) for one in schema["anyOf"])
    pattern, kind = schema.get("pattern", ""), schema.get("type", "object")
    if kind == "string":
        return "time" if "T(" in pattern or "T[" in pattern else "decimal text" if r"(\.[0-9]" in pattern else "text"
    return {"array": "list", "boolean": "true or false"}.get(kind, str(kind))
