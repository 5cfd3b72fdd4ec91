"""The code of a strategy, as part of the identity of a run: an edit makes another run, a moved file does not."""

import hashlib
import inspect
import sys
from types import CodeType


def code_digest(strategy: type) -> str:
    """Hash of the sources of the class and of the classes it derives from, as far as a person wrote them.

    The file is taken whole, because functions beside the class count too. Code that was typed into a notebook or a
    prompt, where no file exists, is taken as the text of the class, else as its compiled form.
    """
    digest = hashlib.blake2b(digest_size=16)
    seen: set[str] = set()
    for kind in strategy.__mro__:
        text = "" if kind is object else _source(kind)
        if text and text not in seen:
            seen.add(text)
            digest.update(text.encode())
    digest.update(strategy.__qualname__.encode())
    return digest.hexdigest()


def _source(kind: type) -> str:
    module = sys.modules.get(kind.__module__)
    for place in (module, kind):
        if place is None:
            continue
        try:
            return inspect.getsource(place)
        except (OSError, TypeError):
            continue
    return "".join(_compiled(value.__code__) for _, value in sorted(vars(kind).items()) if inspect.isfunction(value))


def _compiled(code: CodeType) -> str:
    constants = "".join(_constant(value) for value in code.co_consts)
    return f"{code.co_name}{code.co_names}{code.co_code.hex()}{constants}"


def _constant(value: object) -> str:
    if isinstance(value, CodeType):
        return _compiled(value)
    if isinstance(value, frozenset):  # the order of a set of text differs from process to process
        return "".join(sorted(map(repr, value)))
    return repr(value)
