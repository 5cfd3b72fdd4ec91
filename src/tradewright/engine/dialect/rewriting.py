"""The dialect's grammar, and how what it allows is rewritten; what it does not allow is refused with line and reason.

`self.x` becomes a place in one of two arrays, `desk.buy(...)` a call of `buy(desk, ...)`, `tick.price` an argument,
helpers functions of the same module. Loops count their turns, so that none runs without end.
"""

import ast
import math
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from tradewright.engine.dialect.grammar import (
    CHANGED,
    COMPARISONS,
    EXPRESSIONS,
    LARGEST,
    MATH,
    MEMORY,
    MOST_TURNS,
    OPERATORS,
    PLAIN,
    REMEDY,
    STATEMENTS,
)
from tradewright.engine.dialect.nodes import (
    CODES,
    MISSING,
    ReturningNothing,
    call_node,
    is_desk,
    place_node,
    statement_at,
)
from tradewright.engine.dialect.places import Place
from tradewright.engine.dialect.reading import Written


class Rewriting(ast.NodeTransformer):
    """One function of a strategy, rewritten; `used` lists the helpers that it calls."""

    def __init__(
        self,
        source: Written,
        places: Mapping[str, Place],
        *,
        views: Mapping[str, frozenset[str]],
        desk: Mapping[str, Callable[..., Any]],
        owner: type,
        names: dict[FunctionType, str],
    ) -> None:
        self.source = source
        self.places = places
        self.views = views
        """Names of arguments that are views, as `tick`, and what may be read of each."""
        self.desk = desk
        self.owner = owner
        self.names = names
        self.used: list[FunctionType] = []
        arguments = source.tree.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs or arguments.defaults:
            source.refuse(source.tree, "arguments are plain names, without defaults", remedy=REMEDY)
        self.arguments = [one.arg for one in arguments.args]
        self.itself = self.arguments[0] if self._is_method() and self.arguments else ""
        self.locals = {
            node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        } | set(self.arguments)

    def _is_method(self) -> bool:
        name = self.source.function.__name__
        return getattr(self.owner, name, None) is self.source.function

    def visit(self, node: ast.AST) -> Any:
        """Refuse by kind what has no rule of its own."""
        reason = STATEMENTS.get(type(node)) or EXPRESSIONS.get(type(node))
        if reason is not None:
            self.refuse(node, reason)
        known = hasattr(self, f"visit_{type(node).__name__}") or isinstance(
            node, ast.expr_context | ast.operator | ast.cmpop | ast.boolop | ast.unaryop
        )
        if not known:
            self.refuse(node, f"{type(node).__name__} is not in the dialect")
        return super().visit(node)

    def refuse(self, node: ast.AST, reason: str) -> None:
        """A StrategyError with the line."""
        self.source.refuse(node, reason, remedy=REMEDY)

    def rewritten(self, name: str, arguments: list[str], *, is_handler: bool) -> ast.FunctionDef:
        """The whole function under another name and with other arguments."""
        tree = self.source.tree
        if tree.decorator_list:
            self.refuse(tree, "a decorated function is another one")
        body = [statement for part in tree.body for statement in self._statements(part)]
        if self._loops():
            body.insert(0, statement_at(tree, "turns__ = 0"))
        if is_handler:
            body.append(statement_at(tree, "return 0"))
            body = [ReturningNothing(self.refuse).visit(statement) for statement in body]
        made = ast.FunctionDef(
            name=name,
            args=ast.arguments(
                posonlyargs=[], args=[ast.arg(arg=one) for one in arguments], kwonlyargs=[], kw_defaults=[], defaults=[]
            ),
            body=body or [statement_at(tree, "return 0")],
            decorator_list=[],
        )
        return ast.fix_missing_locations(ast.copy_location(made, tree))

    def _statements(self, node: ast.stmt) -> list[ast.stmt]:
        found = self.visit(node)
        return [] if found is None else found if isinstance(found, list) else [found]

    def _loops(self) -> bool:
        return any(isinstance(node, ast.For | ast.While) for node in ast.walk(self.source.tree))

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | None:
        """A call, or a docstring that falls away."""
        if isinstance(node.value, ast.Constant):
            return None
        if not isinstance(node.value, ast.Call):
            self.refuse(node, "a value that nobody takes")
        return ast.copy_location(ast.Expr(self.visit(node.value)), node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """One name, one field, or one place of a row."""
        if len(node.targets) != 1:
            self.refuse(node, "one name is given at a time")
        return self._given(node, node.targets[0], self.visit(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """As without the annotation."""
        if node.value is None:
            self.refuse(node, "a name without a value")
        assert node.value is not None
        return self._given(node, node.target, self.visit(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """`x += 1` is `x = x + 1`."""
        if not isinstance(node.op, OPERATORS):
            self.refuse(node, "only + - * / // % are in the dialect")
        before = ast.parse(ast.unparse(node.target), mode="eval").body
        for part in ast.walk(before):
            ast.copy_location(part, node)
        value = ast.copy_location(ast.BinOp(self.visit(before), node.op, self.visit(node.value)), node)
        return self._given(node, node.target, value)

    def _given(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> ast.stmt:
        if isinstance(target, ast.Name):
            if target.id in self.views or target.id == self.itself or target.id.endswith("__"):
                self.refuse(node, f"{target.id} keeps its meaning")
            return ast.copy_location(ast.Assign([ast.Name(target.id, ast.Store())], value), node)
        name = self._field_name(target.value if isinstance(target, ast.Subscript) else target)
        if name is None:
            self.refuse(node, "only local names and fields of the strategy can be given a value")
        assert name is not None
        if self.places[name].is_parameter:
            self.refuse(node, f"{name} is a parameter, which stays as it is")
        stored = self.visit(target)
        stored.ctx = ast.Store()
        kept = "kept_whole" if self.places[name].is_whole else "float"
        return ast.copy_location(ast.Assign([stored], call_node(kept, [value])), node)

    def _field_name(self, node: ast.expr) -> str | None:
        is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.itself
        if not is_own or not self.itself:
            return None
        assert isinstance(node, ast.Attribute)
        if node.attr not in self.places:
            self.refuse(node, f"{node.attr} is no parameter and no field; declare it: {node.attr} = tw.state(0.0)")
        return node.attr

    def visit_If(self, node: ast.If) -> ast.stmt:
        """Both branches."""
        return ast.copy_location(ast.If(self.visit(node.test), self._block(node.body), self._block(node.orelse)), node)

    def visit_While(self, node: ast.While) -> ast.stmt:
        """A loop whose turns are counted."""
        if node.orelse:
            self.refuse(node, "a loop has no else")
        return ast.copy_location(ast.While(self.visit(node.test), self._turn(node, node.body), []), node)

    def visit_For(self, node: ast.For) -> ast.stmt:
        """Over a range."""
        call = node.iter
        if node.orelse:
            self.refuse(node, "a loop has no else")
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            self.refuse(node.iter, "a loop counts: for i in range(...)")
        if not isinstance(node.target, ast.Name):
            self.refuse(node.target, "one name is given at a time")
        assert isinstance(call, ast.Call) and isinstance(node.target, ast.Name)
        counted = call_node("range", [self.visit(one) for one in call.args])
        target = ast.Name(node.target.id, ast.Store())
        return ast.copy_location(ast.For(target, counted, self._turn(node, node.body), []), node)

    def _turn(self, node: ast.stmt, body: list[ast.stmt]) -> list[ast.stmt]:
        count = statement_at(node, "turns__ = turns__ + 1")
        text = f"raise RuntimeError('a handler has turned {MOST_TURNS:,} times in its loops')"
        return [count, statement_at(node, f"if turns__ > {MOST_TURNS}:\n    {text}"), *self._block(body)]

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found = [statement for part in body for statement in self._statements(part)]
        return found or ([ast.Pass()] if body else [])

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        """As it is."""
        return node

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        """As it is."""
        return node

    def visit_Pass(self, node: ast.Pass) -> ast.stmt:
        """As it is."""
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        """With a value in helpers."""
        value = None if node.value is None else self.visit(node.value)
        return ast.copy_location(ast.Return(value), node)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        """Numbers and truth values."""
        if not isinstance(node.value, bool | int | float):
            self.refuse(
                node, "there is no text in the dialect" if isinstance(node.value, str) else "only numbers exist"
            )
        if isinstance(node.value, int) and abs(node.value) > LARGEST:
            self.refuse(node, "whole numbers beyond 2^53 are not exact as floats")
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Arithmetic that both speeds compute alike."""
        if isinstance(node.op, ast.Pow):
            self.refuse(node, "** differs between the speeds: write a product, or math.sqrt")
        if not isinstance(node.op, OPERATORS):
            self.refuse(node, "only + - * / // % are in the dialect")
        return ast.copy_location(ast.BinOp(self.visit(node.left), node.op, self.visit(node.right)), node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Signs and not."""
        if isinstance(node.op, ast.Invert):
            self.refuse(node, "bits are not in the dialect")
        return ast.copy_location(ast.UnaryOp(node.op, self.visit(node.operand)), node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """and, or: of truth values."""
        return ast.copy_location(ast.BoolOp(node.op, [self.visit(one) for one in node.values]), node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Comparisons of numbers."""
        if not all(isinstance(one, COMPARISONS) for one in node.ops):
            self.refuse(node, "numbers are compared with == != < <= > >=")
        return ast.copy_location(
            ast.Compare(self.visit(node.left), node.ops, [self.visit(one) for one in node.comparators]), node
        )

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """One value or the other."""
        parts = self.visit(node.test), self.visit(node.body), self.visit(node.orelse)
        return ast.copy_location(ast.IfExp(*parts), node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A local name, or a number that the file gives a name to."""
        if node.id in self.views or node.id == self.itself:
            self.refuse(node, f"{node.id} is no number: read what it has, as {node.id}.something")
        if node.id in self.locals:
            return node
        return self._number(node, self._global(node, node.id))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A field, something of a view, or a number of a module."""
        if isinstance(node.value, ast.Name):
            owner = node.value.id
            if owner in self.views:
                if node.attr not in self.views[owner]:
                    told = ", ".join(sorted(self.views[owner])) or "only its functions"
                    self.refuse(node, f"{owner} has no {node.attr} in the dialect, but {told}")
                return ast.copy_location(ast.Name(f"{owner}_{node.attr}__", ast.Load()), node)
            name = self._field_name(node)
            if name is not None:
                place = self.places[name]
                if place.length:
                    self.refuse(node, f"{name} is a row of numbers: read one of its places, as {name}[0]")
                return ast.copy_location(place_node(place, ast.Constant(place.first)), node)
            if owner not in self.locals:
                return self._number(node, self._of_module(node))
        self.refuse(node, "objects have no place in the dialect")
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """A place of a row."""
        name = self._field_name(node.value)
        if name is None or not self.places[name].length:
            self.refuse(node, "only rows of the strategy's state have places")
        assert name is not None
        place = self.places[name]
        inside = call_node("place_in", [self.visit(node.slice), ast.Constant(place.length)])
        return ast.copy_location(place_node(place, ast.BinOp(ast.Constant(place.first), ast.Add(), inside)), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function of the desk, of mathematics, of the strategy, or of the file."""
        return ast.copy_location(self._called(node), node)

    def _called(self, node: ast.Call) -> ast.expr:
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            owner, name = function.value.id, function.attr
            if owner == "desk":
                if name not in self.desk:
                    self.refuse(node, f"the desk has no {name}; it has {', '.join(sorted(self.desk))}")
                keywords = [ast.keyword(one.arg, self.visit(one.value)) for one in node.keywords]
                return ast.Call(
                    ast.Name(f"desk_{name}__", ast.Load()),
                    [ast.Name("desk", ast.Load()), *self._arguments(node)],
                    keywords,
                )
            if owner == self.itself and self.itself:
                return self._own_method(node, name)
            if owner not in self.locals:
                return self._of_mathematics(node, function)
        if not isinstance(function, ast.Name):
            self.refuse(node, "only functions of the desk, of math, of the strategy and of the file are called")
        assert isinstance(function, ast.Name)
        return self._plain_call(node, function.id)

    def _arguments(self, node: ast.Call) -> list[ast.expr]:
        return [self.visit(one) for one in node.args]

    def _positional(self, node: ast.Call) -> list[ast.expr]:
        if node.keywords:
            self.refuse(node, "arguments of this call have no names")
        return [ast.Name("desk", ast.Load()) if is_desk(one) else self.visit(one) for one in node.args]

    def _own_method(self, node: ast.Call, name: str) -> ast.expr:
        method = getattr(self.owner, name, None)
        if not isinstance(method, FunctionType):
            self.refuse(node, f"{name} is no method of {self.owner.__name__}")
        assert isinstance(method, FunctionType)
        memory = [ast.Name(one, ast.Load()) for one in MEMORY]
        return call_node(self._helper(method), [*memory, *self._positional(node)])

    def _of_mathematics(self, node: ast.Call, function: ast.Attribute) -> ast.expr:
        assert isinstance(function.value, ast.Name)
        if self._global(node, function.value.id) is math and function.attr in MATH:
            return call_node(MATH[function.attr], self._positional(node))
        self.refuse(node, "of modules, only " + ", ".join(f"math.{name}" for name in MATH) + " are called")
        return node

    def _plain_call(self, node: ast.Call, name: str) -> ast.expr:
        if name in self.locals:
            self.refuse(node, f"{name} is a number here")
        if name == "len":
            field = self._field_name(node.args[0]) if len(node.args) == 1 else None
            if field is None or not self.places[field].length:
                self.refuse(node, "only rows of the strategy's state have a length")
            assert field is not None
            return ast.Constant(self.places[field].length)
        if name in CHANGED and len(node.args) == 1:
            return call_node(CHANGED[name], self._positional(node))
        if name in PLAIN:
            if name in {"min", "max"} and len(node.args) < 2:
                self.refuse(node, f"{name} compares two numbers or more")
            return call_node(name, self._positional(node))
        helper = self._global(node, name)
        if not isinstance(helper, FunctionType):
            self.refuse(node, f"{name} is not in the dialect")
        return call_node(self._helper(helper), self._positional(node))

    def _helper(self, function: FunctionType) -> str:
        self.used.append(function)
        return self.names.setdefault(function, f"helper_{len(self.names)}_{function.__name__}__")

    def _global(self, node: ast.AST, name: str) -> Any:
        found = self.source.function.__globals__.get(name, MISSING)
        if found is MISSING:
            closure = self.source.function.__code__.co_freevars
            cells = self.source.function.__closure__ or ()
            found = dict(zip(closure, (cell.cell_contents for cell in cells), strict=True)).get(name, MISSING)
        if found is MISSING:
            self.refuse(node, f"{name} is not in the dialect")
        return found

    def _of_module(self, node: ast.Attribute) -> Any:
        assert isinstance(node.value, ast.Name)
        module = self._global(node, node.value.id)
        if not isinstance(module, ModuleType):
            self.refuse(node, "objects have no place in the dialect")
        return getattr(module, node.attr, None)

    def _number(self, node: ast.expr, value: object) -> ast.expr:
        if isinstance(value, bool | int | float):
            if isinstance(value, float) and not math.isfinite(value):
                return ast.copy_location(call_node("float_of", [ast.Constant(CODES[repr(value)])]), node)
            made = self.visit_Constant(ast.Constant(abs(value) if not isinstance(value, bool) else value))
            signed = ast.UnaryOp(ast.USub(), made) if not isinstance(value, bool) and value < 0 else made
            return ast.copy_location(signed, node)
        self.refuse(node, "only numbers of the file and of modules are read")
        return node
