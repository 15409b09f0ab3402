"""Which branches of the package an input takes: its modules are compiled with a counter in each.

The counters lie in an array that the compiled code finds among the builtins. How often a branch was taken counts by
powers of two. A module that is imported before ``install`` has no counters.
"""

from __future__ import annotations

import ast
import builtins
import sys
from array import array
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

import numpy as np

COUNTERS = "__fuzz__"
COUNTED = "__fuzz_counted__"
MANY = 5  # times two to the power of it; more would ask for ever longer inputs
counters = array("Q")


def install(package: str = "archive") -> None:
    """From now on modules of ``package`` are compiled with counters."""
    setattr(builtins, COUNTERS, counters)
    setattr(builtins, COUNTED, _counted)
    sys.meta_path.insert(0, _Finder(package))


def _counted(number: int, value: object) -> object:
    counters[number] += 1
    return value


def forget() -> None:
    """Sets all counters to nothing."""
    if counters:
        _seen()[:] = 0


def taken() -> set[int]:
    """The branches taken since ``forget``, each with how often, by powers of two."""
    if not counters:
        return set()
    counts = _seen()
    found = counts.nonzero()[0]
    return set((found << 6 | np.minimum(np.frexp(counts[found])[1], MANY)).tolist())


def _seen() -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.frombuffer(counters, np.uint64)


class _Finder(MetaPathFinder):
    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != self._package:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        del fullname
        tree = _Branches().visit(ast.parse(self.get_data(self.path)))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)


class _Branches(ast.NodeTransformer):
    """Puts a counter at the start of every function and branch, and into conditions within an expression."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.ExceptHandler | ast.match_case):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if block or (name == "orelse" and isinstance(node, ast.If)):
                    setattr(node, name, [_count(), *(block or [])])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            node.body.insert(1 if told else 0, _count())
        elif isinstance(node, ast.IfExp):
            node.body, node.orelse = _value(node.body), _value(node.orelse)
        elif isinstance(node, ast.BoolOp):
            node.values[1:] = map(_value, node.values[1:])
        return node


def _count() -> ast.stmt:
    counters.append(0)
    return ast.parse(f"{COUNTERS}[{len(counters) - 1}] += 1").body[0]


def _value(value: ast.expr) -> ast.expr:
    counters.append(0)
    return ast.Call(ast.Name(COUNTED, ast.Load()), [ast.Constant(len(counters) - 1), value], [])
