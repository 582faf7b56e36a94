# SPDX-License-Identifier: Apache-2.0
"""The C interface of libsignmark (signmark/signmark.h) through ctypes: no compiler, no PyPI."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_size_t, c_uint32, c_void_p

ABI_VERSION = 1  # SMK_ABI_VERSION that this file was written against

_STATUS_NAMES = {1: "failed", 2: "usage", 15: "key", 20: "refused", 130: "cancelled"}


class SignmarkError(Exception):
    """A call failed. Nothing was marked: treat the picture as unmarked.

    ``code`` is the stable dotted name, ``status`` the exit code of the program `signmark`
    (1 failed, 2 usage, 15 key, 20 refused, 130 cancelled).
    """

    def __init__(self, message: str, code: str = "", status: int = 1, where: str = "",
                 hint: str = "") -> None:
        text = message + (f" ({where})" if where else "") + (f"; {hint}" if hint else "")
        super().__init__(f"{text} [{code}]" if code else text)
        self.message, self.code, self.status = message, code, status
        self.where, self.hint = where, hint

    @property
    def kind(self) -> str:
        """The class of the failure: "key", "refused" and so on."""
        return _STATUS_NAMES.get(self.status, "failed")


def _candidates() -> list[str]:
    """Where the library may lie: named, in a build tree, installed beside us, on the system."""
    here = pathlib.Path(__file__).resolve()
    named = os.environ.get("SIGNMARK_LIBRARY")
    if named:
        return [named]  # one that was named and is missing is an error, not a reason to look on
    found = [str(parent / sub / "libsignmark.so")
             for parent in here.parents[1:5] for sub in ("build", "lib")
             if (parent / sub / "libsignmark.so").exists()]
    system = ctypes.util.find_library("signmark")
    return found + ([system] if system else []) + ["libsignmark.so.0", "libsignmark.so"]


# name: (result, arguments); every function that ends in **error gives a smk_status.
_P = c_void_p
_OUT = POINTER(c_void_p)
_PROTOTYPES = {
    "smk_abi_version": (c_uint32, []),
    "smk_version": (c_char_p, []),
    "smk_error_code": (c_char_p, [_P]),
    "smk_error_message": (c_char_p, [_P]),
    "smk_error_where": (c_char_p, [_P]),
    "smk_error_hint": (c_char_p, [_P]),
    "smk_error_free": (None, [_P]),
    "smk_buffer_data": (c_void_p, [_P]),
    "smk_buffer_size": (c_size_t, [_P]),
    "smk_buffer_free": (None, [_P]),
    "smk_context_new": (c_int, [_OUT, _OUT]),
    "smk_context_free": (None, [_P]),
    "smk_context_set_home": (c_int, [_P, c_char_p, _OUT]),
    "smk_context_set_ledger": (c_int, [_P, c_char_p, _OUT]),
    "smk_context_cancel": (None, [_P]),
    "smk_context_resume": (None, [_P]),
    "smk_signer_open": (c_int, [_P, c_char_p, _OUT, _OUT]),
    "smk_signer_key": (c_void_p, [_P]),
    "smk_signer_free": (None, [_P]),
    "smk_key_id": (c_char_p, [_P]),
    "smk_key_label": (c_char_p, [_P]),
    "smk_carrier_open": (c_int, [_P, c_char_p, _OUT, _OUT]),
    "smk_carrier_free": (None, [_P]),
    "smk_trust_open_default": (c_int, [_P, _OUT, _OUT]),
    "smk_trust_open_bundle": (c_int, [_P, c_char_p, _OUT, _OUT]),
    "smk_trust_free": (None, [_P]),
    "smk_options_new": (c_int, [c_int, _OUT, _OUT]),
    "smk_options_set": (c_int, [_P, c_char_p, c_char_p, _OUT]),
    "smk_options_add_carrier": (c_int, [_P, _P, _OUT]),
    "smk_options_free": (None, [_P]),
    "smk_mark_file": (c_int, [_P, c_char_p, c_char_p, _P, _P, _OUT, _OUT]),
    "smk_mark_memory": (c_int, [_P, c_void_p, c_size_t, _P, _P, _OUT, _OUT, _OUT, _OUT]),
    "smk_mark_pixels": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_verify_pixels": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_mark_report_json": (c_char_p, [_P]),
    "smk_mark_report_free": (None, [_P]),
    "smk_verify_file": (c_int, [_P, c_char_p, _P, _P, _OUT, _OUT]),
    "smk_verify_memory": (c_int, [_P, c_void_p, c_size_t, c_void_p, c_size_t, _P, _P, _OUT, _OUT]),
    "smk_film_marker_new": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_film_marker_mark": (c_int, [_P, c_void_p, c_double, _OUT]),
    "smk_film_marker_content_id": (c_char_p, [_P]),
    "smk_film_marker_report": (c_int, [_P, _OUT, _OUT]),
    "smk_film_marker_free": (None, [_P]),
    "smk_film_detector_new": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_film_detector_take": (c_int, [_P, c_void_p, c_double, _OUT]),
    "smk_film_detector_look": (c_int, [_P, _OUT, _OUT]),
    "smk_film_detector_free": (None, [_P]),
    "smk_sound_marker_new": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_sound_marker_push": (c_int, [_P, c_void_p, c_size_t, _OUT]),
    "smk_sound_marker_finish": (c_int, [_P, _OUT]),
    "smk_sound_marker_ready": (c_size_t, [_P]),
    "smk_sound_marker_pull": (c_size_t, [_P, c_void_p, c_size_t]),
    "smk_sound_marker_report": (c_int, [_P, _OUT, _OUT]),
    "smk_sound_marker_free": (None, [_P]),
    "smk_sound_detector_new": (c_int, [_P, c_void_p, _P, _P, _OUT, _OUT]),
    "smk_sound_detector_push": (c_int, [_P, c_void_p, c_size_t, _OUT]),
    "smk_sound_detector_finish": (c_int, [_P, _OUT, _OUT]),
    "smk_sound_detector_free": (None, [_P]),
    "smk_verify_report_json": (c_char_p, [_P]),
    "smk_verify_report_free": (None, [_P]),
}


def _load() -> ctypes.CDLL:
    problems = []
    for path in _candidates():
        try:
            library = ctypes.CDLL(path)
        except OSError as problem:
            problems.append(str(problem))
            continue
        for name, (result, arguments) in _PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        if library.smk_abi_version() != ABI_VERSION:
            raise ImportError(f"{path} has interface version {library.smk_abi_version()}, "
                              f"this package needs {ABI_VERSION}; install both from one release")
        return library
    raise ImportError("libsignmark.so was not found; build it (make build), install it, or name it "
                      "in SIGNMARK_LIBRARY. Tried: " + "; ".join(problems))


lib = _load()


def text(value: bytes | None) -> str:
    """Text that the library gave."""
    return (value or b"").decode("utf-8", "replace")


def check(status: int, error: c_void_p) -> None:
    """Raises what a failed call says; frees the error."""
    if status == 0:
        return
    try:
        raise SignmarkError(text(lib.smk_error_message(error)) or "out of memory",
                            text(lib.smk_error_code(error)), status,
                            text(lib.smk_error_where(error)), text(lib.smk_error_hint(error)))
    finally:
        lib.smk_error_free(error)


def call(function, *arguments) -> None:
    """Calls a function whose last parameter is smk_error**."""
    error = c_void_p()
    check(function(*arguments, byref(error)), error)


class Handle:
    """Owns one object of the library."""

    def __init__(self, free) -> None:
        self.pointer, self._free = c_void_p(), free

    def __del__(self) -> None:
        if getattr(self, "pointer", None):
            self._free(self.pointer)
            self.pointer = c_void_p()
