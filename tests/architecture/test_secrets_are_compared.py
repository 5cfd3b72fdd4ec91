"""A secret is compared in one time, whatever it is, and its place is the only thing that is told of it."""

import ast
import re
from collections.abc import Iterator

import pytest
from tests.architecture.source import Source, sources, told

NAMED = re.compile(r"(^|_)(secret|password|passphrase|token|signature)$", re.IGNORECASE)


def compared(tree: ast.AST) -> Iterator[ast.Compare]:
    """Comparisons of a secret by `==`, but with the empty text, which says whether there is one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(one, ast.Constant) for one in sides):
            continue
        names = (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in sides)
        if any(NAMED.search(name) and not name.isupper() for name in names):  # a constant is no secret
            yield node


def found(one: Source) -> list[str]:
    return [f"{one.at(node)}: use hmac.compare_digest on digests of one length" for node in compared(one.tree)]


def test_secrets_are_compared_in_one_time() -> None:
    problems = [problem for one in sources() for problem in found(one)]
    assert not problems, told(problems)


@pytest.mark.parametrize("text", ["given.secret == kept", "password != other", "a == self.api_token"])
def test_a_planted_comparison_is_found(text: str) -> None:
    assert list(compared(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["token == ''", "tokens == size", "hmac.compare_digest(secret, other)", "answer == _SECRET"]
)
def test_what_is_no_comparison_of_secrets_is_not_accused(text: str) -> None:
    assert not list(compared(ast.parse(text)))
