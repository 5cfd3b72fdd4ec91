"""The page about indicators names every one with its parameters, and its own example works."""

from pathlib import Path

import numpy as np

from tradewright.quant.indicators.registry import INDICATORS

PAGE = Path(__file__).resolve().parents[4] / "docs" / "concepts" / "indicators.md"


def test_the_page_lists_the_registry() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    listed = {cells[1].strip(): cells for cells in (line.split("|") for line in rows) if len(cells) == 7}
    assert list(listed) == [f"`{name}`" for name in INDICATORS]
    for definition in INDICATORS.values():
        takes, parameters, gives, says = (cell.strip() for cell in listed[f"`{definition.name}`"][2:6])
        assert takes == ", ".join(definition.inputs)
        assert parameters == (", ".join(f"{each.name}={each.default}" for each in definition.parameters) or "-")
        assert gives == ", ".join(definition.outputs)
        assert says == definition.description


def test_the_example_of_an_own_indicator_works() -> None:
    blocks = PAGE.read_text().split("```python\n")
    code = next(block.split("```")[0] for block in blocks if "class Decay" in block)
    names: dict[str, object] = {"close": np.array([1.0, 2.0, 1.0])}
    exec(compile(code, "indicators.md", "exec"), names)
    decay = names["Decay"](rate=0.5)  # type: ignore[operator]
    assert [decay.update(value) for value in (1.0, 2.0, 0.5)] == [1.0, 2.0, 1.0]
