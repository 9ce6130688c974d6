"""Writes number-types.safetensors, with a tensor of each type that the format has, and number-types.json, with what numpy
makes of the floating point ones in float32. Needs the packages numpy, ml_dtypes and safetensors 0.8.
"""

import hashlib
import json
import pathlib

import ml_dtypes
import numpy
from safetensors import TensorSpec, serialize

numbers = [0, -0.0, 1, -2.5, 1 / 3, 1e-3, 1e4, 1e300, -1e300, float("inf"), float("-inf"), float("nan")]
# Not exact in float32, halfway between two of its numbers, and around its smallest ones.
doubles = [1 + 2**-24, 1 + 3 * 2**-24, 2**-149, 2**-150, 3 * 2**-151, 2**-126 - 2**-150, 3.4028235677973366e38]


def extremes(kind):
    info = ml_dtypes.finfo(kind)
    return [info.max, info.smallest_normal, info.smallest_subnormal, -info.smallest_subnormal,
            float(info.smallest_normal) - float(info.smallest_subnormal)]


def in_float32(values):
    with numpy.errstate(over="ignore", invalid="ignore"):
        converted = values.astype(numpy.float32)
    # Not every conversion keeps which NaN it was.
    converted[numpy.isnan(converted)] = numpy.nan
    return converted.astype("<f4").tobytes()


with numpy.errstate(over="ignore", invalid="ignore"):
    floats = {
        "F16": numpy.array(numbers + extremes(numpy.float16), numpy.float16),
        "BF16": numpy.array(numbers + extremes(ml_dtypes.bfloat16), ml_dtypes.bfloat16),
        "F64": numpy.array(numbers + extremes(numpy.float64) + doubles, numpy.float64),
        "F32": numpy.array(numbers + extremes(numpy.float32), numpy.float32),
    }
others = {
    "BOOL": numpy.array([[True, False, True]]),
    **{name: numpy.array([1, 2, 100], kind) for name, kind in {
        "I8": "int8", "U8": "uint8", "I16": "int16", "U16": "uint16", "I32": "int32", "U32": "uint32", "I64": "int64",
        "U64": "uint64", "C64": "complex64", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
        "F8_E8M0": "float8_e8m0fnu", "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
    }.items()},
    "an empty F16": numpy.zeros((0, 3), numpy.float16),
}
arrays = {**floats, **others}
specs = {
    name: TensorSpec(dtype=array.dtype.name, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes)
    for name, array in arrays.items()
}
packed = numpy.array([0x21, 0x43, 0x65], numpy.uint8)
specs["F4"] = TensorSpec(dtype="float4_e2m1fn_x2", shape=(3,), data_ptr=packed.ctypes.data, data_len=3)

here = pathlib.Path(__file__).parent
(here / "number-types.safetensors").write_bytes(bytes(serialize(specs)))
every = numpy.arange(2**16, dtype=numpy.uint16)
frozen = {
    "float32": {name: in_float32(values).hex() for name, values in floats.items()},
    "sha256": {
        name: hashlib.sha256(in_float32(every.view(kind))).hexdigest()
        for name, kind in {"F16": numpy.float16, "BF16": ml_dtypes.bfloat16}.items()
    },
}
(here / "number-types.json").write_text(json.dumps(frozen, indent=2) + "\n")
