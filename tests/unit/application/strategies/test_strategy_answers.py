from pathlib import Path

import pytest

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.workspace.folder import FolderWorkspace
from tradewright.application.strategies.handlers import known_strategies, strategy_details, write_strategy
from tradewright.application.strategies.messages import KnownStrategies, StrategyDetails, WriteStrategy
from tradewright.application.strategies.template import strategy_text
from tradewright.domain.errors import InputError
from tradewright.trading.strategies.registry import REGISTRY


def test_every_built_in_strategy_is_listed_with_its_parameters_and_what_it_does() -> None:
    views = known_strategies(KnownStrategies())
    assert [view.id for view in views] == list(REGISTRY)
    for view in views:
        assert view.summary.endswith(".")
        assert view.parameters
        assert view.speaks in {"columns", "events", "newest"}


def test_a_new_strategy_file_holds_a_strategy_that_can_be_shown(tmp_path: Path) -> None:
    written = write_strategy(WriteStrategy("my idea"), workspace=FolderWorkspace(tmp_path))
    assert written.strategy == "./my_idea.py"
    view = strategy_details(StrategyDetails(written.path), code=PythonFiles())
    assert view.name == "MyIdea"
    assert view.path == written.path
    assert [parameter.name for parameter in view.parameters] == ["fast", "slow"]


def test_a_strategy_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "my_idea.py").write_text("mine")
    with pytest.raises(InputError, match="there already"):
        write_strategy(WriteStrategy("my_idea"), workspace=FolderWorkspace(tmp_path))
    assert (tmp_path / "my_idea.py").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "file", "kind"),
    [("my_idea", "my_idea.py", "MyIdea"), ("MyIdea", "my_idea.py", "MyIdea"), ("rsi-2.py", "rsi_2.py", "Rsi2")],
)
def test_names_become_a_module_and_a_class(name: str, file: str, kind: str) -> None:
    path, text = strategy_text(name)
    assert path == file
    assert f"class {kind}(tw.Strategy):" in text


@pytest.mark.parametrize("name", ["", "2nd", "class", "a/b", "../up", "naïve"])
def test_what_cannot_name_a_module_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot name a strategy"):
        strategy_text(name)
