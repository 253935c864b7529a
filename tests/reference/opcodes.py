"""List the opcode, name and immediates of every instruction, for the reference decoder.

Names are those of the WebAssembly specification; the casts that allow null have `.null` added.
An immediate is named by how it is written: see `instructions.py`, which reads each kind.
"""

Table = dict[int, tuple[str, tuple[str, ...]]]

_LOADS = (
    "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u"
    " i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u"
    " i32.store i64.store f32.store f64.store i32.store8 i32.store16"
    " i64.store8 i64.store16 i64.store32"
)
_COMPARE_INT = "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
_COMPARE_FLOAT = "eq ne lt gt le ge"
_COMPUTE_INT = "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"
_COMPUTE_FLOAT = "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign"
_CONVERSIONS = (
    "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u"
    " i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s"
    " i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u"
    " f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u"
    " f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32"
    " f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s"
)


def _prefixed(prefix: str, names: str) -> str:
    return " ".join(f"{prefix}.{name}" for name in names.split())


def _row(start: int, names: str, *immediates: str) -> Table:
    """Return instructions with consecutive opcodes and the same immediates; `-` is an unused opcode."""
    return {start + i: (name, immediates) for i, name in enumerate(names.split()) if name != "-"}


def _table(*rows: Table) -> Table:
    table: Table = {}
    for row in rows:
        if table.keys() & row.keys():
            raise ValueError(row)
        table |= row
    return table


ONE_BYTE = _table(
    _row(0x00, "unreachable nop"),
    _row(0x02, "block loop if", "block_type"),
    _row(0x05, "else"),
    _row(0x06, "try", "block_type"),
    _row(0x07, "catch throw rethrow", "index"),
    _row(0x0A, "throw_ref end"),
    _row(0x0C, "br br_if", "index"),
    _row(0x0E, "br_table", "indices", "index"),
    _row(0x0F, "return"),
    _row(0x10, "call", "index"),
    _row(0x11, "call_indirect", "index", "index"),
    _row(0x12, "return_call", "index"),
    _row(0x13, "return_call_indirect", "index", "index"),
    _row(0x14, "call_ref return_call_ref", "index"),
    _row(0x18, "delegate", "index"),
    _row(0x19, "catch_all"),
    _row(0x1A, "drop select"),
    _row(0x1C, "select", "value_types"),
    _row(0x1F, "try_table", "block_type", "catches"),
    _row(0x20, "local.get local.set local.tee global.get global.set table.get table.set", "index"),
    _row(0x28, _LOADS, "memarg"),
    _row(0x3F, "memory.size memory.grow", "index"),
    _row(0x41, "i32.const", "s32"),
    _row(0x42, "i64.const", "s64"),
    _row(0x43, "f32.const", "bytes4"),
    _row(0x44, "f64.const", "bytes8"),
    _row(0x45, _prefixed("i32", _COMPARE_INT)),
    _row(0x50, _prefixed("i64", _COMPARE_INT)),
    _row(0x5B, _prefixed("f32", _COMPARE_FLOAT)),
    _row(0x61, _prefixed("f64", _COMPARE_FLOAT)),
    _row(0x67, _prefixed("i32", _COMPUTE_INT)),
    _row(0x79, _prefixed("i64", _COMPUTE_INT)),
    _row(0x8B, _prefixed("f32", _COMPUTE_FLOAT)),
    _row(0x99, _prefixed("f64", _COMPUTE_FLOAT)),
    _row(0xA7, _CONVERSIONS),
    _row(0xD0, "ref.null", "heap_type"),
    _row(0xD1, "ref.is_null"),
    _row(0xD2, "ref.func", "index"),
    _row(0xD3, "ref.eq ref.as_non_null"),
    _row(0xD5, "br_on_null br_on_non_null", "index"),
    _row(0xE0, "cont.new", "index"),
    _row(0xE1, "cont.bind", "index", "index"),
    _row(0xE2, "suspend", "index"),
    _row(0xE3, "resume", "index", "handlers"),
    _row(0xE4, "resume_throw", "index", "index", "handlers"),
    _row(0xE5, "resume_throw_ref", "index", "handlers"),
    _row(0xE6, "switch", "index", "index"),
)

GC = _table(
    _row(0x00, "struct.new struct.new_default", "index"),
    _row(0x02, "struct.get struct.get_s struct.get_u struct.set", "index", "index"),
    _row(0x06, "array.new array.new_default", "index"),
    _row(0x08, "array.new_fixed array.new_data array.new_elem", "index", "index"),
    _row(0x0B, "array.get array.get_s array.get_u array.set", "index"),
    _row(0x0F, "array.len"),
    _row(0x10, "array.fill", "index"),
    _row(0x11, "array.copy array.init_data array.init_elem", "index", "index"),
    _row(0x14, "ref.test ref.test.null ref.cast ref.cast.null", "heap_type"),
    _row(0x18, "br_on_cast br_on_cast_fail", "cast_flags", "index", "heap_type", "heap_type"),
    _row(0x1A, "any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u"),
    _row(0x20, "struct.new_desc struct.new_default_desc ref.get_desc", "index"),
    _row(0x23, "ref.cast_desc_eq ref.cast_desc_eq.null", "heap_type"),
    _row(
        0x25,
        "br_on_cast_desc_eq br_on_cast_desc_eq_fail",
        "cast_flags",
        "index",
        "heap_type",
        "heap_type",
    ),
)

MISC = _table(
    _row(
        0x00,
        "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u"
        " i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u",
    ),
    _row(0x08, "memory.init", "index", "index"),
    _row(0x09, "data.drop", "index"),
    _row(0x0A, "memory.copy", "index", "index"),
    _row(0x0B, "memory.fill", "index"),
    _row(0x0C, "table.init", "index", "index"),
    _row(0x0D, "elem.drop", "index"),
    _row(0x0E, "table.copy", "index", "index"),
    _row(0x0F, "table.grow table.size table.fill", "index"),
    _row(0x13, "i64.add128 i64.sub128 i64.mul_wide_s i64.mul_wide_u"),
)

_COMPARE_LANES = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
_FLOAT_LANES = "add sub mul div min max pmin pmax"


def _extend(shape: str, narrow: str) -> str:
    names = ("low_{}_s", "high_{}_s", "low_{}_u", "high_{}_u")
    return _prefixed(shape, " ".join("extend_" + name.format(narrow) for name in names))


SIMD = _table(
    _row(
        0x00,
        "v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u"
        " v128.load32x2_s v128.load32x2_u v128.load8_splat v128.load16_splat"
        " v128.load32_splat v128.load64_splat v128.store",
        "memarg",
    ),
    _row(0x0C, "v128.const", "bytes16"),
    _row(0x0D, "i8x16.shuffle", "bytes16"),
    _row(
        0x0E,
        "i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat",
    ),
    _row(
        0x15,
        "i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s"
        " i16x8.extract_lane_u i16x8.replace_lane i32x4.extract_lane i32x4.replace_lane"
        " i64x2.extract_lane i64x2.replace_lane f32x4.extract_lane f32x4.replace_lane"
        " f64x2.extract_lane f64x2.replace_lane",
        "bytes1",
    ),
    _row(0x23, _prefixed("i8x16", _COMPARE_LANES)),
    _row(0x2D, _prefixed("i16x8", _COMPARE_LANES)),
    _row(0x37, _prefixed("i32x4", _COMPARE_LANES)),
    _row(0x41, _prefixed("f32x4", _COMPARE_FLOAT)),
    _row(0x47, _prefixed("f64x2", _COMPARE_FLOAT)),
    _row(0x4D, _prefixed("v128", "not and andnot or xor bitselect any_true")),
    _row(
        0x54,
        _prefixed(
            "v128",
            "load8_lane load16_lane load32_lane load64_lane"
            " store8_lane store16_lane store32_lane store64_lane",
        ),
        "memarg",
        "bytes1",
    ),
    _row(0x5C, "v128.load32_zero v128.load64_zero", "memarg"),
    _row(0x5E, "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"),
    _row(
        0x60,
        _prefixed("i8x16", "abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u"),
    ),
    _row(0x67, _prefixed("f32x4", "ceil floor trunc nearest")),
    _row(
        0x6B,
        _prefixed("i8x16", "shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
    ),
    _row(0x74, "f64x2.ceil f64x2.floor"),
    _row(0x76, _prefixed("i8x16", "min_s min_u max_s max_u")),
    _row(0x7A, "f64x2.trunc i8x16.avgr_u"),
    _row(0x7C, "i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u"),
    _row(0x7E, "i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u"),
    _row(
        0x80,
        _prefixed("i16x8", "abs neg q15mulr_sat_s all_true bitmask narrow_i32x4_s narrow_i32x4_u"),
    ),
    _row(0x87, _extend("i16x8", "i8x16")),
    _row(
        0x8B,
        _prefixed("i16x8", "shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u"),
    ),
    _row(0x94, "f64x2.nearest"),
    _row(0x95, _prefixed("i16x8", "mul min_s min_u max_s max_u")),
    _row(0x9B, "i16x8.avgr_u"),
    _row(0x9C, _extend("i16x8", "i8x16").replace("extend", "extmul")),
    _row(0xA0, "i32x4.abs i32x4.neg - i32x4.all_true i32x4.bitmask"),
    _row(0xA7, _extend("i32x4", "i16x8")),
    _row(0xAB, "i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add - - i32x4.sub - - - i32x4.mul"),
    _row(0xB6, "i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s"),
    _row(0xBC, _extend("i32x4", "i16x8").replace("extend", "extmul")),
    _row(0xC0, "i64x2.abs i64x2.neg - i64x2.all_true i64x2.bitmask"),
    _row(0xC7, _extend("i64x2", "i32x4")),
    _row(0xCB, "i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add - - i64x2.sub - - - i64x2.mul"),
    _row(0xD6, _prefixed("i64x2", "eq ne lt_s gt_s le_s ge_s")),
    _row(0xDC, _extend("i64x2", "i32x4").replace("extend", "extmul")),
    _row(0xE0, "f32x4.abs f32x4.neg - f32x4.sqrt"),
    _row(0xE4, _prefixed("f32x4", _FLOAT_LANES)),
    _row(0xEC, "f64x2.abs f64x2.neg - f64x2.sqrt"),
    _row(0xF0, _prefixed("f64x2", _FLOAT_LANES)),
    _row(
        0xF8,
        "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s"
        " f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero"
        " f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u",
    ),
    _row(
        0x100,
        "i8x16.relaxed_swizzle i32x4.relaxed_trunc_f32x4_s i32x4.relaxed_trunc_f32x4_u"
        " i32x4.relaxed_trunc_f64x2_s_zero i32x4.relaxed_trunc_f64x2_u_zero"
        " f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd"
        " i8x16.relaxed_laneselect i16x8.relaxed_laneselect i32x4.relaxed_laneselect"
        " i64x2.relaxed_laneselect f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min"
        " f64x2.relaxed_max i16x8.relaxed_q15mulr_s i16x8.relaxed_dot_i8x16_i7x16_s"
        " i32x4.relaxed_dot_i8x16_i7x16_add_s",
    ),
)


def _read_modify_write(operation: str) -> str:
    return (
        f"i32.atomic.rmw.{operation} i64.atomic.rmw.{operation}"
        f" i32.atomic.rmw8.{operation}_u i32.atomic.rmw16.{operation}_u"
        f" i64.atomic.rmw8.{operation}_u i64.atomic.rmw16.{operation}_u"
        f" i64.atomic.rmw32.{operation}_u"
    )


ATOMIC = _table(
    _row(0x00, "memory.atomic.notify memory.atomic.wait32 memory.atomic.wait64", "memarg"),
    _row(0x03, "atomic.fence", "zero_byte"),
    _row(
        0x10,
        "i32.atomic.load i64.atomic.load i32.atomic.load8_u i32.atomic.load16_u"
        " i64.atomic.load8_u i64.atomic.load16_u i64.atomic.load32_u"
        " i32.atomic.store i64.atomic.store i32.atomic.store8 i32.atomic.store16"
        " i64.atomic.store8 i64.atomic.store16 i64.atomic.store32",
        "memarg",
    ),
    _row(
        0x1E,
        " ".join(map(_read_modify_write, ("add", "sub", "and", "or", "xor", "xchg", "cmpxchg"))),
        "memarg",
    ),
)

PREFIXED: dict[int, Table] = {0xFB: GC, 0xFC: MISC, 0xFD: SIMD, 0xFE: ATOMIC}
