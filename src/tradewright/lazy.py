"""Heavy libraries on demand: the one place that imports a module later than the top of a file.

Starting the command line must not pay for numba, pandas or matplotlib; a face that re-exports names
must not load what nobody asked for. Everything lazy goes through here, so that it can be found.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType


class MissingLibraryError(ImportError):
    """An optional library is asked for that is not installed."""


def load(name: str, *, extra: str | None = None) -> ModuleType:
    """Import module `name` now; a missing one raises `MissingLibraryError` that says how to install it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.split(".")[0] != name.split(".", maxsplit=1)[0]:
            raise
        how = f"pip install 'tradewright[{extra}]'" if extra else f"pip install {name.split('.', maxsplit=1)[0]}"
        raise MissingLibraryError(f"{name} is needed here and is not installed; install it with: {how}") from missing


def attach(package: str, names: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """PEP 562 `__getattr__` and `__dir__` for a face: `names` maps a public name to the module that defines it.

    A value "module" gives the module's attribute of the same name; "module:" gives the module itself;
    "module:other" gives the attribute `other`.
    """

    def __getattr__(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, colon, attribute = names[name].partition(":")
        loaded = import_module(module)
        return loaded if colon and not attribute else getattr(loaded, attribute or name)

    def __dir__() -> list[str]:
        return sorted(names)

    return __getattr__, __dir__
