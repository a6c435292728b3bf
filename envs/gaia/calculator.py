"""Arithmetic, and nothing else: no names but a few functions, and no number so large that it takes long."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

from skillevo.envs.base import SkillevoError

Number = int | float

_BINARY: Mapping[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: Mapping[str, Callable[..., Number]] = {
    "abs": abs,
    "ceil": math.ceil,
    "exp": math.exp,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
    "sum": lambda *numbers: sum(numbers),
}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_LONGEST = 2_000
_MOST_BITS = 4_096


class NoArithmetic(SkillevoError):
    """An expression that cannot be calculated, and why."""


def calculate(expression: str) -> str:
    """The value of an expression such as `(3 + 4) * sqrt(2) ^ 2`; whole numbers stay whole.

    Raises:
        NoArithmetic: it is none, or its value is too large.
    """
    if len(expression) > _LONGEST:
        raise NoArithmetic(f"an expression has at most {_LONGEST:,} characters")
    try:
        value = _value(ast.parse(expression.strip().replace("^", "**"), mode="eval").body)
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    except NoArithmetic:
        raise
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as e:
        raise NoArithmetic(f"this cannot be calculated ({e or type(e).__name__})") from None


def _value(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left), _value(right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _bounded(_BINARY[type(op)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*map(_value, args)))
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case _:
            raise NoArithmetic(f"only numbers, + - * / // % ^, brackets, pi, e and {', '.join(_FUNCTIONS)} can be used")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > _MOST_BITS:
        raise NoArithmetic("the value is too large")
    found = base**exponent
    if isinstance(found, complex):
        raise NoArithmetic("the value is no real number")
    return _bounded(found)


def _bounded(value: Number) -> Number:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise NoArithmetic("the value is too large")
    return value
