"""Vectors of a fixed number of lanes inside compiled functions: the same IEEE operation in every lane.

A compiler that vectorises a loop by itself does so on one processor and not on another.  Here the code says which
numbers are worked on together, LLVM only chooses the instructions (16 lanes are one, two or four registers), and each
lane's result is the correctly rounded one everywhere: operations are never reordered, nor contracted to a fused
multiply-add.

The number of lanes must be known to the compiler: it is the length of a tuple, ``lanes = (None,) * 16``, because Numba
has the length of a tuple in its type.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.extending import intrinsic, lower_builtin, models, register_model
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numpy.typing import NDArray

Array = NDArray[Any]
Count = tuple[None, ...]
"""A number of lanes, as the length of a tuple."""
Vector = Any
"""A value of type `Lanes` in compiled code."""

OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
"""How every part of the engine is compiled: division by zero gives inf, the lock is released, no fast mathematics."""

INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inlined = numba.njit(forceinline=True, **INNER)
"""Compiles a function that becomes part of its caller."""

NUMBERS = (types.Integer, types.Float)
ARITHMETIC = {operator.add: "fadd", operator.sub: "fsub", operator.mul: "fmul", operator.truediv: "fdiv"}
COMPARISONS = {operator.lt: "<", operator.gt: ">", operator.eq: "=="}


class Lanes(types.Type):
    """`count` lanes of `dtype`; the truth values of a comparison have dtype ``types.boolean``."""

    def __init__(self, dtype: types.Type, count: int) -> None:
        self.dtype, self.count = dtype, count
        super().__init__(name=f"Lanes({dtype} x {count})")


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        super().__init__(dmm, fe_type, _vector(fe_type))


def _vector(lanes: Lanes) -> ir.VectorType:
    kinds = {types.float32: ir.FloatType(), types.float64: ir.DoubleType(), types.boolean: ir.IntType(1)}
    return ir.VectorType(kinds[lanes.dtype], lanes.count)


def _splat(builder: ir.IRBuilder, number: ir.Value, count: int) -> ir.Value:
    """The same number in every lane."""
    i32 = ir.IntType(32)
    undefined = ir.Constant(ir.VectorType(number.type, count), ir.Undefined)
    first = builder.insert_element(undefined, number, ir.Constant(i32, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(i32, count), [0] * count))


def _operands(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> list[ir.Value]:
    """Both operands as vectors; a plain number is rounded to the precision of the lanes beside it."""
    lanes = next(kind for kind in sig.args if isinstance(kind, Lanes))
    return [
        value if kind == lanes else _splat(builder, context.cast(builder, value, kind, lanes.dtype), lanes.count)
        for kind, value in zip(sig.args, args, strict=True)
    ]


def _define(symbol: Callable[..., Any], build: Callable[..., ir.Value], truth: bool) -> None:
    """Teach the compiler an operator between lanes, or lanes and a number."""

    @infer_global(symbol)
    class Typing(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            lanes = [kind for kind in args if isinstance(kind, Lanes)]
            if len(args) != 2 or not lanes or not all(a == lanes[0] or isinstance(a, NUMBERS) for a in args):
                return None
            return signature(Lanes(types.boolean, lanes[0].count) if truth else lanes[0], *args)

    def lower(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return build(builder, *_operands(context, builder, sig, args))

    for pair in ((Lanes, Lanes), *((Lanes, n) for n in NUMBERS), *((n, Lanes) for n in NUMBERS)):
        lower_builtin(symbol, *pair)(lower)


for _symbol, _name in ARITHMETIC.items():
    _define(_symbol, lambda builder, a, b, name=_name: getattr(builder, name)(a, b), truth=False)
for _symbol, _name in COMPARISONS.items():
    _define(_symbol, lambda builder, a, b, name=_name: builder.fcmp_ordered(name, a, b), truth=True)


def _address(context: Any, builder: ir.IRBuilder, kind: types.Array, array: ir.Value, k: ir.Value, to: Any) -> ir.Value:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [k]), to.as_pointer())


@intrinsic
def load(typingctx: Any, array: Any, k: Any, lanes: Any) -> Any:
    """The entries k, k + 1, ... of a C-contiguous array, counted through all its dimensions, as lanes."""
    result = Lanes(array.dtype, len(lanes))

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        pointer = _address(context, builder, array, args[0], args[1], _vector(result))
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return result(array, types.intp, lanes), build


@intrinsic
def store(typingctx: Any, array: Any, k: Any, value: Any) -> Any:
    """Write lanes to the entries k, k + 1, ... of a C-contiguous array."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        pointer = _address(context, builder, array, args[0], args[1], args[2].type)
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.none(array, types.intp, value), build


@intrinsic
def every(typingctx: Any, number: Any, like: Any) -> Any:
    """The same number in every lane, in the shape and precision of the lanes `like`."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return _splat(builder, context.cast(builder, args[0], number, like.dtype), like.count)

    return like(number, like), build


@intrinsic
def where(typingctx: Any, condition: Any, a: Any, b: Any) -> Any:
    """Lane by lane a where the condition holds, else b; a or b may be a plain number, not both."""
    result = a if isinstance(a, Lanes) else b

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        chosen = [
            value if kind == result else _splat(builder, context.cast(builder, value, kind, result.dtype), result.count)
            for kind, value in zip((a, b), args[1:], strict=True)
        ]
        return builder.select(args[0], *chosen)

    return result(condition, a, b), build


@intrinsic
def transpose_block(typingctx: Any, M: Any, k: Any, width: Any, out: Any, to: Any, out_width: Any, lanes: Any) -> Any:
    """Transpose a square block, whose rows begin at the entries k, k + width, ... of M, into out from entry `to` on.

    Both arrays are C-contiguous and counted through all their dimensions; the block has as many rows as lanes.
    """
    kind = _vector(Lanes(M.dtype, len(lanes)))
    count, align = len(lanes), M.dtype.bitwidth // 8
    low = [x for pair in zip(range(count // 2), range(count, count + count // 2), strict=True) for x in pair]
    i32 = ir.IntType(32)
    halves = [ir.Constant(ir.VectorType(i32, count), [x + shift for x in low]) for shift in (0, count // 2)]

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        def row(kind_of: Any, array: ir.Value, first: ir.Value, stride: ir.Value, i: int) -> ir.Value:
            step = builder.mul(stride, ir.Constant(stride.type, i))
            return _address(context, builder, kind_of, array, builder.add(first, step), kind)

        rows = [builder.load(row(M, args[0], args[1], args[2], i), align=align) for i in range(count)]
        # Riffling the first half of the rows with the second, as often as the number of rows can be halved.
        for _ in range(count.bit_length() - 1):
            pairs = zip(rows[: count // 2], rows[count // 2 :], strict=True)
            rows = [builder.shuffle_vector(a, b, half) for a, b in pairs for half in halves]
        for i, value in enumerate(rows):
            builder.store(value, row(out, args[3], args[4], args[5], i), align=align)
        return context.get_dummy_value()

    return types.none(M, types.intp, types.intp, out, types.intp, types.intp, lanes), build


def _unary(name: str) -> Callable[..., Any]:
    """An LLVM function of one argument, lane by lane."""

    def typer(typingctx: Any, x: Any) -> Any:
        def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
            kind = args[0].type
            suffix = f"v{x.count}f{x.dtype.bitwidth}"
            return builder.call(
                cgutils.get_or_insert_function(builder.module, ir.FunctionType(kind, [kind]), f"{name}.{suffix}"), args
            )

        return x(x), build

    return typer


square_root = intrinsic(_unary("llvm.sqrt"))
"""The square root, correctly rounded by IEEE 754."""
magnitude = intrinsic(_unary("llvm.fabs"))
"""The absolute value."""


@intrinsic
def two_to_the(typingctx: Any, k: Any) -> Any:
    """2^k for float32 lanes of whole numbers -126 <= k <= 127, by writing the exponent's bits."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        i32 = ir.VectorType(ir.IntType(32), k.count)
        exponent = builder.add(builder.fptosi(args[0], i32), ir.Constant(i32, [127] * k.count))
        return builder.bitcast(builder.shl(exponent, ir.Constant(i32, [23] * k.count)), _vector(k))

    return k(k), build


@intrinsic
def exponent_and_fraction(typingctx: Any, x: Any) -> Any:
    """(k, r) with x = 2^k r and 1 <= r < 2 for float32 lanes of positive normal numbers, by reading the bits."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        i32 = ir.VectorType(ir.IntType(32), x.count)

        def constant(bits: int) -> ir.Constant:
            return ir.Constant(i32, [bits] * x.count)

        bits = builder.bitcast(args[0], i32)
        k = builder.sub(builder.lshr(bits, constant(23)), constant(127))
        fraction = builder.or_(builder.and_(bits, constant(0x007FFFFF)), constant(0x3F800000))
        pair = (builder.sitofp(k, _vector(x)), builder.bitcast(fraction, _vector(x)))
        return context.make_tuple(builder, sig.return_type, pair)

    return types.UniTuple(x, 2)(x), build


@intrinsic
def lane(typingctx: Any, x: Any, j: Any) -> Any:
    """The number in lane j."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.extract_element(args[0], args[1])

    return x.dtype(x, types.intp), build


@intrinsic
def with_lane(typingctx: Any, x: Any, j: Any, number: Any) -> Any:
    """The lanes x with another number in lane j."""

    def build(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return builder.insert_element(args[0], context.cast(builder, args[2], number, x.dtype), args[1])

    return x(x, types.intp, number), build
