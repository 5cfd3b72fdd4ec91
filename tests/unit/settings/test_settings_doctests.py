import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["secrets", "problems"])
def test_the_examples_of_the_settings_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"tradewright.settings.{name}")).failed == 0
