import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import tradewright.domain

APART = ("tradewright.domain.arithmetic", "tradewright.domain.matching")


def modules() -> list[str]:
    found = pkgutil.walk_packages(tradewright.domain.__path__, "tradewright.domain.")
    return [module.name for module in found if not module.name.startswith(APART)]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_a_noun_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples in {name} fail"


def own_classes(module: ModuleType) -> list[type]:
    return [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]


@pytest.mark.parametrize("name", modules())
def test_every_public_noun_shows_itself(name: str) -> None:
    silent = [
        one.__name__
        for one in own_classes(importlib.import_module(name))
        if not one.__name__.startswith("_") and ">>>" not in (one.__doc__ or "")
    ]
    assert not silent, f"{name}: give {', '.join(silent)} an example in the docstring"
