"""The compiler behind a door: pure functions run as plain Python until the work is worth compiling them.

Numba's cache does not notice an edit in a helper of another file, so the cache lives in a folder named by the hash of
all sources that can be compiled, the compiler's version and the processor (ADR 6).
"""

import hashlib
import os
import platform
import sys
from collections.abc import Callable, Collection
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, ParamSpec, TypeVar, cast

from tradewright.lazy import load

P = ParamSpec("P")
R = TypeVar("R")

PACKAGE = Path(__file__).resolve().parent.parent
BLAS = "scipy.linalg.cython_blas"
COMPILED_ROOMS = ("quant", "domain/arithmetic", "domain/matching", "engine/kernel", "engine/dialect")


def is_loaded() -> bool:
    """True when the compiler is in the process already, so that using it costs no start-up."""
    return "numba" in sys.modules


def is_enabled() -> bool:
    """False when `NUMBA_DISABLE_JIT=1` asks for plain Python (coverage, debugging)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}


@cache
def sources_digest() -> str:
    """Hash of every source file whose code can end up in a compiled kernel."""
    digest = hashlib.blake2b(digest_size=10)
    for room in COMPILED_ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            digest.update(str(path.relative_to(PACKAGE)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where compiled code is kept: `TRADEWRIGHT_KERNEL_CACHE`, or the user's cache folder."""
    chosen = os.environ.get("TRADEWRIGHT_KERNEL_CACHE")
    base = (
        Path(chosen)
        if chosen
        else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tradewright" / "kernels"
    )
    return base


def kernel_folder() -> Path:
    """Where the code compiled of these very sources is kept, for this compiler, interpreter and processor."""
    key = f"{sources_digest()}-{version('numba')}-{sys.implementation.cache_tag}-{platform.machine()}"
    return cache_folder() / key


@cache
def compiler() -> ModuleType:
    """Numba, with its cache pointed at the folder of these very sources."""
    numba = load("numba")
    _load_array_functions()
    folder = kernel_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return numba  # a read-only home: numba then keeps the cache beside the source or does without
    numba.config.CACHE_DIR = str(folder)
    return numba


def _load_array_functions() -> None:
    """Load numba's array functions without scipy's linear algebra, which none of our kernels calls.

    Numba asks whether BLAS is there when it compiles first: 16 MB and up to 0.7 s. A name that is None in `sys.modules`
    counts as missing, without a look at the disk; a user's own kernel that multiplies matrices asks again and gets it.
    """
    if BLAS in sys.modules or "numba.np.arraymath" in sys.modules:
        return
    sys.modules[BLAS] = None  # type: ignore[assignment]
    try:
        load("numba.np.arraymath")
    finally:
        del sys.modules[BLAS]


@cache
def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    return cast(
        "Callable[..., Any]", compiler().njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)
    )


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The compiled form of a pure function, made on first use and kept on disk for the next process.

    `error_model="numpy"`: a division by zero gives inf or NaN as in arrays instead of raising. The function makes no
    arrays of its own (`_nrt=False`): without counting of references the kernel's loop took 0.04 s instead of 0.25.
    """
    return cast("Callable[P, R]", _compiled(function))


def share_parts(function: Callable[..., Any], *, inlined: Collection[Callable[..., Any]] | None = None) -> None:
    """Let compiled code call every function that this one reaches by name; all are inlined, or only those named.

    A call hands over every array of its arguments (seven words each), which is what makes inlining pay on a hot path;
    inlining all of the kernel made compiling take 25 s instead of 7 without being faster.
    """
    for part in _parts(function):
        _share(part, inlined is None or part in inlined)


def share(function: Callable[..., Any]) -> None:
    """Let compiled code call this function, inlined."""
    _share(cast("FunctionType", function), True)


def _parts(function: Callable[..., Any], found: tuple[FunctionType, ...] = ()) -> tuple[FunctionType, ...]:
    """The functions reached from this one, each once."""
    plain = cast("FunctionType", function)
    for name in plain.__code__.co_names:
        part = plain.__globals__.get(name)
        if isinstance(part, FunctionType) and part not in found:
            found = _parts(part, (*found, part))
    return found


@cache
def _share(function: FunctionType, inline: bool) -> None:
    compiler()
    load("numba.extending").register_jitable(error_model="numpy", _nrt=False, forceinline=inline)(function)
