# SPDX-License-Identifier: Apache-2.0
"""Films and sounds that are no files yet: frames and samples as generators make them.

They carry the robust mark, and if wanted the visible or audible label. The AIGC record and the
manifest need a file: afterwards `signmark mark --layers metadata,manifest --existing add`, or
:func:`signmark.mark_file` on the encoded file, which lays everything at once.
"""
from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_double, c_float, c_int, c_int32, c_size_t, c_ssize_t, c_uint64, c_void_p
from typing import Any

from ._library import Handle, call, lib, text
from .core import (_FLOW_MARK, _FLOW_VERIFY, Carrier, Context, Options, Signer, Trust, _context,
                   _Options, _pointer, _report, _signer_for)

_RGBA = 6


class _Film(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("layout", c_int), ("width", c_int32),
                ("height", c_int32), ("bits", c_int32), ("full_range", c_int32),
                ("interlaced", c_int32), ("high_dynamic_range", c_int32),
                ("pixel_aspect", c_double), ("seconds", c_double)]


class _Frame(ctypes.Structure):
    _fields_ = [("planes", c_void_p * 3), ("strides", c_ssize_t * 3)]


class _Sound(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("rate", c_int32), ("channels", c_int32),
                ("untouched", c_uint64), ("live", c_int32), ("seconds", c_double)]


def _film(width: int, height: int, seconds: float) -> _Film:
    return _Film(ctypes.sizeof(_Film), _RGBA, width, height, 8, 1, 0, 0, 1.0, seconds)


def _frame(rgba) -> _Frame:
    frame = _Frame()
    frame.planes[0] = rgba.ctypes.data
    frame.strides[0] = rgba.strides[0]
    return frame


def _to_bytes(frame, value_range):
    """(H, W, 3 or 4) of uint8 or floats as a new RGBA array."""
    import numpy as np

    frame = np.asarray(frame)
    if frame.ndim != 3 or frame.shape[2] not in (3, 4):
        raise ValueError(f"an array of shape {frame.shape} is no frame (H, W, 3 or 4)")
    if frame.dtype != np.uint8:
        low, high = value_range
        frame = np.clip(np.rint((frame - low) * (255.0 / (high - low))), 0, 255).astype(np.uint8)
    rgba = np.full((*frame.shape[:2], 4), 255, np.uint8)
    rgba[..., :frame.shape[2]] = frame
    return rgba


class FilmMarker(Handle):
    """Marks the frames of one film, in display order.

    seconds: duration, if known (below 8 s there is no room for a signature). options: those of
    `signmark mark`; layers are robust, or robust and visible.
    """

    def __init__(self, width: int, height: int, *, seconds: float = 0.0,
                 signer: Signer | None = None, carrier: Carrier | None = None,
                 options: Options | None = None, context: Context | None = None) -> None:
        super().__init__(lib.smk_film_marker_free)
        wanted = {"layers": "robust", **(options or {})}
        chosen = _Options(_FLOW_MARK, wanted, [carrier] if carrier else [])
        self._context = _context(context)  # which must outlive the marker
        film = _film(width, height, seconds)
        key = _signer_for(wanted, signer, context)
        call(lib.smk_film_marker_new, self._context.pointer, byref(film), chosen.pointer,
             _pointer(key), byref(self.pointer))

    @property
    def content_id(self) -> str:
        """16 hex digits: what `signmark verify --expect` takes."""
        return text(lib.smk_film_marker_content_id(self.pointer))

    def mark(self, frame, seconds: float, value_range: tuple[float, float] = (0.0, 1.0)):
        """A marked copy of a frame (H, W, 3 or 4; uint8, or floats in `value_range`).

        seconds: since the first frame. Floats keep their precision: the change is added to them.
        """
        import numpy as np

        frame = np.asarray(frame)
        before = _to_bytes(frame, value_range)
        after = before.copy()
        call(lib.smk_film_marker_mark, self.pointer, byref(_frame(after)), float(seconds))
        channels = frame.shape[2]
        if frame.dtype == np.uint8:
            return after[..., :channels]
        low, high = value_range
        change = (after[..., :3].astype(np.float32) - before[..., :3]) * ((high - low) / 255.0)
        marked = np.array(frame, copy=True)
        marked[..., :3] = np.clip(marked[..., :3] + change, low, high)
        return marked

    def report(self) -> dict[str, Any]:
        """What was laid so far."""
        report = c_void_p()
        call(lib.smk_film_marker_report, self.pointer, byref(report))
        return _report(report, lib.smk_mark_report_json, lib.smk_mark_report_free)


def mark_frames(frames, frame_rate: float, *, value_range: tuple[float, float] = (0.0, 1.0),
                **how):
    """Marks a whole film in memory, (N, H, W, 3 or 4): a marked copy, and the report."""
    import numpy as np

    frames = np.asarray(frames)
    if frames.ndim != 4 or not len(frames):
        raise ValueError(f"an array of shape {frames.shape} is no film (N, H, W, C)")
    marker = FilmMarker(frames.shape[2], frames.shape[1], seconds=len(frames) / frame_rate, **how)
    marked = np.empty_like(frames)
    for index, frame in enumerate(frames):
        marked[index] = marker.mark(frame, index / frame_rate, value_range)
    return marked, marker.report()


def verify_frames(frames, frame_rate: float, *, value_range: tuple[float, float] = (0.0, 1.0),
                  trust: Trust | None = None, carriers: tuple[Carrier, ...] = (),
                  options: Options | None = None, context: Context | None = None) -> dict[str, Any]:
    """Looks for the robust mark in frames; the report of verify_file, that layer alone."""
    import numpy as np

    frames = np.asarray(frames)
    detector, where = Handle(lib.smk_film_detector_free), _context(context)
    film = _film(frames.shape[2], frames.shape[1], len(frames) / frame_rate)
    chosen = _Options(_FLOW_VERIFY, options, carriers)
    believed = trust or Trust(context=context)
    call(lib.smk_film_detector_new, where.pointer, byref(film), chosen.pointer, believed.pointer,
         byref(detector.pointer))
    step = max(1, round(frame_rate / 6))  # more frames a second tell nothing new
    for index in range(0, len(frames), step):
        rgba = _to_bytes(frames[index], value_range)
        call(lib.smk_film_detector_take, detector.pointer, byref(_frame(rgba)), index / frame_rate)
    report = c_void_p()
    call(lib.smk_film_detector_look, detector.pointer, byref(report))
    return _report(report, lib.smk_verify_report_json, lib.smk_verify_report_free)


def _channels(samples):
    """(C, T) float32, contiguous, and the pointers to its rows."""
    pointers = (POINTER(c_float) * samples.shape[0])()
    for index in range(samples.shape[0]):
        pointers[index] = ctypes.cast(samples[index].ctypes.data, POINTER(c_float))
    return pointers


def _planar(samples):
    import numpy as np

    samples = np.ascontiguousarray(np.atleast_2d(np.asarray(samples)), dtype=np.float32)
    if samples.ndim != 2 or not 1 <= samples.shape[0] <= 64:
        raise ValueError(f"an array of shape {samples.shape} is no sound (channels, samples)")
    return samples


def mark_sound(samples, rate: int, *, signer: Signer | None = None, carrier: Carrier | None = None,
               options: Options | None = None, context: Context | None = None):
    """Marks a sound: floats from -1 to 1, (samples,) or (channels, samples).

    A marked copy of the same length, and the report, whose `streams` say whether it was long
    enough for an id (4 s) and a signature (about 1 minute). With layers "robust,visible" the
    audible label is mixed in.
    """
    import numpy as np

    planar = _planar(samples)
    wanted = {"layers": "robust", **(options or {})}
    chosen = _Options(_FLOW_MARK, wanted, [carrier] if carrier else [])
    key, where = _signer_for(wanted, signer, context), _context(context)
    marker = Handle(lib.smk_sound_marker_free)
    sound = _Sound(ctypes.sizeof(_Sound), rate, planar.shape[0], 0, 0, planar.shape[1] / rate)
    call(lib.smk_sound_marker_new, where.pointer, byref(sound), chosen.pointer, _pointer(key),
         byref(marker.pointer))
    call(lib.smk_sound_marker_push, marker.pointer, _channels(planar), planar.shape[1])
    call(lib.smk_sound_marker_finish, marker.pointer)
    marked = np.empty((planar.shape[0], lib.smk_sound_marker_ready(marker.pointer)), np.float32)
    lib.smk_sound_marker_pull(marker.pointer, _channels(marked), marked.shape[1])
    report = c_void_p()
    call(lib.smk_sound_marker_report, marker.pointer, byref(report))
    shaped = marked[0] if np.ndim(samples) == 1 else marked
    return shaped, _report(report, lib.smk_mark_report_json, lib.smk_mark_report_free)


def verify_sound(samples, rate: int, *, trust: Trust | None = None,
                 carriers: tuple[Carrier, ...] = (), options: Options | None = None,
                 context: Context | None = None) -> dict[str, Any]:
    """Listens for the robust mark and audible labels; shapes as for mark_sound."""
    planar = _planar(samples)
    detector, where = Handle(lib.smk_sound_detector_free), _context(context)
    sound = _Sound(ctypes.sizeof(_Sound), rate, planar.shape[0], 0, 0, planar.shape[1] / rate)
    chosen = _Options(_FLOW_VERIFY, options, carriers)
    believed = trust or Trust(context=context)
    call(lib.smk_sound_detector_new, where.pointer, byref(sound), chosen.pointer, believed.pointer,
         byref(detector.pointer))
    call(lib.smk_sound_detector_push, detector.pointer, _channels(planar), planar.shape[1])
    report = c_void_p()
    call(lib.smk_sound_detector_finish, detector.pointer, byref(report))
    return _report(report, lib.smk_verify_report_json, lib.smk_verify_report_free)


__all__ = ["FilmMarker", "mark_frames", "mark_sound", "verify_frames", "verify_sound"]
