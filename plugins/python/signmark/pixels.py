# SPDX-License-Identifier: Apache-2.0
"""Marks in pixels that are no files yet: numpy arrays, PIL pictures, torch tensors.

Pixels carry the robust mark and the visible label. The AIGC record and the manifest need a file:
save with :func:`save`, or mark the saved file with :func:`signmark.mark_file`.
"""
from __future__ import annotations

import ctypes
import io
import os
from ctypes import byref, c_double, c_int, c_int32, c_size_t, c_ssize_t, c_void_p
from typing import Any

from ._library import call, lib
from .core import (_FLOW_MARK, _FLOW_VERIFY, Carrier, Context, Options, Signer, Trust, _context,
                   _Options, _pointer, _report, _signer_for, mark_bytes)

_SAMPLES = {"uint8": 1, "uint16": 2, "float32": 3}


class _Pixels(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("sample", c_int), ("width", c_int32),
                ("height", c_int32), ("channels", c_int32), ("blue_first", c_int32),
                ("data", c_void_p), ("row_stride", c_ssize_t), ("pixel_stride", c_ssize_t),
                ("channel_stride", c_ssize_t), ("low", c_double), ("high", c_double)]


def _describe(array, layout: str, value_range: tuple[float, float]) -> _Pixels:
    """One picture of a numpy array in the words of the C interface."""
    if array.dtype.name not in _SAMPLES:
        raise TypeError(f"samples of type {array.dtype.name}: use uint8, uint16 or float32")
    if not array.dtype.isnative:
        raise TypeError("samples in foreign byte order: use array.astype(array.dtype.newbyteorder('='))")
    if array.ndim == 2:
        (height, width), channels = array.shape, 1
        (row, pixel), channel = array.strides, 0
    elif array.ndim == 3 and layout == "HWC":
        height, width, channels = array.shape
        row, pixel, channel = array.strides
    elif array.ndim == 3 and layout == "CHW":
        channels, height, width = array.shape
        channel, row, pixel = array.strides
    else:
        raise ValueError(f"an array of shape {array.shape} is no picture in layout {layout}")
    return _Pixels(ctypes.sizeof(_Pixels), _SAMPLES[array.dtype.name], width, height, channels, 0,
                   array.ctypes.data, row, pixel, channel, *map(float, value_range))


def mark_array(array, *, layout: str = "HWC", value_range: tuple[float, float] = (0.0, 1.0),
               signer: Signer | None = None, carrier: Carrier | None = None,
               options: Options | None = None, context: Context | None = None):
    """A marked copy of one picture, and the report.

    array: numpy, uint8, uint16 or float32; shape (H, W), (H, W, C) or, with layout="CHW",
    (C, H, W); C is 1, 3 or 4. value_range: of float samples. The array itself stays as it is.
    """
    import numpy as np

    marked = np.array(array, copy=True)
    pixels = _describe(marked, layout, value_range)
    wanted = {"layers": "robust,visible", **(options or {})}
    chosen = _Options(_FLOW_MARK, wanted, [carrier] if carrier else [])
    key = _signer_for(wanted, signer, context)
    report = c_void_p()
    call(lib.smk_mark_pixels, _context(context).pointer, byref(pixels), chosen.pointer,
         _pointer(key), byref(report))
    return marked, _report(report, lib.smk_mark_report_json, lib.smk_mark_report_free)


def verify_array(array, *, layout: str = "HWC", value_range: tuple[float, float] = (0.0, 1.0),
                 trust: Trust | None = None, carriers: tuple[Carrier, ...] = (),
                 options: Options | None = None, context: Context | None = None) -> dict[str, Any]:
    """Looks for the robust mark in one picture; the report of verify_file, that layer alone."""
    import numpy as np

    array = np.asarray(array)
    pixels = _describe(array, layout, value_range)
    chosen = _Options(_FLOW_VERIFY, options, carriers)
    believed = trust or Trust(context=context)
    report = c_void_p()
    call(lib.smk_verify_pixels, _context(context).pointer, byref(pixels), believed.pointer,
         chosen.pointer, byref(report))
    return _report(report, lib.smk_verify_report_json, lib.smk_verify_report_free)


def mark_image(image, **how):
    """A marked copy of a PIL picture, and the report; `how` as for mark_array.

    Palette pictures and other modes become RGB or RGBA; the metadata dictionary stays.
    """
    import numpy as np
    from PIL import Image

    if image.mode not in ("L", "RGB", "RGBA"):
        alpha = image.mode in ("LA", "PA") or "transparency" in image.info
        image = image.convert("RGBA" if alpha else "RGB")
    marked, report = mark_array(np.asarray(image), **how)
    result = Image.fromarray(marked, image.mode)
    result.info = dict(image.info)
    return result, report


def save(image, path: str | os.PathLike, *, format: str | None = None,
         save_options: dict[str, Any] | None = None, **how) -> dict[str, Any]:
    """Saves a PIL picture with all four layers: mark, label, AIGC record and C2PA manifest.

    Nothing appears at `path` unless marking succeeded. `how` as for mark_bytes; returns the report.
    """
    from PIL import Image

    path = os.fspath(path)
    if format is None:
        Image.init()
        format = Image.EXTENSION.get(os.path.splitext(path)[1].lower())
        if format is None:
            raise ValueError(f"the ending of {path} names no picture format: give format=")
    encoded = io.BytesIO()
    image.save(encoded, format, **(save_options or {}))
    data, report = mark_bytes(encoded.getvalue(), **how)
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
    return report


def mark_tensor(tensor, *, layout: str, value_range: tuple[float, float], **how):
    """Marks each picture of a batch of a torch tensor on the CPU; returns a new tensor and reports.

    layout: "NHWC" (ComfyUI) or "NCHW" (diffusers). Half precision is marked in float32 and given
    back in half precision; the device and type of the tensor stay.
    """
    import torch

    if tensor.ndim != 4 or layout not in ("NHWC", "NCHW"):
        raise ValueError(f"a tensor of shape {tuple(tensor.shape)} is no batch in layout {layout}")
    work = tensor.detach().to("cpu", torch.float32)
    marked, reports = torch.empty_like(work, memory_format=torch.contiguous_format), []
    for index in range(work.shape[0]):
        picture, report = mark_array(work[index].numpy(), layout=layout[1:],
                                     value_range=value_range, **how)
        marked[index] = torch.from_numpy(picture)
        reports.append(report)
    return marked.to(tensor.device, tensor.dtype), reports


def slate(width: int, height: int, reason: str):
    """A red PIL picture that says why there is no marked one, for hosts that swallow exceptions."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), (200, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.multiline_text((8, 8), "signmark: NOT MARKED\n" + "\n".join(
        reason[i:i + 60] for i in range(0, len(reason), 60)), fill=(255, 255, 255))
    return picture


__all__ = ["mark_array", "mark_image", "mark_tensor", "save", "slate", "verify_array"]
