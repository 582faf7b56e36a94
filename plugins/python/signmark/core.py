# SPDX-License-Identifier: Apache-2.0
"""Signing, marking and verifying files and bytes."""
from __future__ import annotations

import ctypes
import json
import os
import threading
from ctypes import byref, c_void_p
from typing import Any, Mapping

from ._library import Handle, SignmarkError, call, lib, text

_FLOW_MARK, _FLOW_VERIFY = 1, 2
Options = Mapping[str, Any]


class Context(Handle):
    """Folders and limits of one user of the library. One is made for you when you give none.

    home: keys, trust and ledger below this folder, as SIGNMARK_HOME does.
    ledger: where marked files are recorded: the user's own ledger (None), a file or
    postgresql://HOST/DATABASE, or "" for nowhere.
    """

    def __init__(self, home: str | os.PathLike | None = None, ledger: str | None = None) -> None:
        super().__init__(lib.smk_context_free)
        call(lib.smk_context_new, byref(self.pointer))
        if home is not None:
            call(lib.smk_context_set_home, self.pointer, os.fsencode(os.path.abspath(home)))
        call(lib.smk_context_set_ledger, self.pointer,
             None if ledger is None else os.fsencode(ledger))

    def cancel(self) -> None:
        """Ends all calls that run in this context, from any thread; see resume()."""
        lib.smk_context_cancel(self.pointer)

    def resume(self) -> None:
        lib.smk_context_resume(self.pointer)


_default_lock = threading.Lock()
_default: Context | None = None


def _context(given: Context | None) -> Context:
    global _default
    if given is not None:
        return given
    with _default_lock:
        if _default is None:
            _default = Context()
        return _default


class Signer(Handle):
    """A signing key by id or label; the newest usable one when none is named.

    It is found by name only: in the key agent (`signmark key agent`), or in a key file without a
    passphrase. A passphrase never passes through Python.
    """

    def __init__(self, name: str | None = None, context: Context | None = None) -> None:
        super().__init__(lib.smk_signer_free)
        call(lib.smk_signer_open, _context(context).pointer, name.encode() if name else None,
             byref(self.pointer))

    @property
    def id(self) -> str:
        """Short id, for people."""
        return text(lib.smk_key_id(lib.smk_signer_key(self.pointer)))


class Carrier(Handle):
    """A private carrier key by id or label. Whoever can detect with one can also forge its marks."""

    def __init__(self, name: str, context: Context | None = None) -> None:
        super().__init__(lib.smk_carrier_free)
        call(lib.smk_carrier_open, _context(context).pointer, name.encode(), byref(self.pointer))


class Trust(Handle):
    """Whom to believe: this machine's trust store, or one issuer's bundle."""

    def __init__(self, bundle: str | os.PathLike | None = None,
                 context: Context | None = None) -> None:
        super().__init__(lib.smk_trust_free)
        where = _context(context).pointer
        if bundle is None:
            call(lib.smk_trust_open_default, where, byref(self.pointer))
        else:
            call(lib.smk_trust_open_bundle, where, os.fsencode(bundle), byref(self.pointer))


class _Options(Handle):
    """Options of one flow, by the names of the command line; `_` may stand for `-`."""

    def __init__(self, flow: int, options: Options | None, carriers=()) -> None:
        super().__init__(lib.smk_options_free)
        call(lib.smk_options_new, flow, byref(self.pointer))
        for name, value in (options or {}).items():
            if isinstance(value, bool):
                value = "true" if value else "false"
            call(lib.smk_options_set, self.pointer, name.replace("_", "-").encode(),
                 str(value).encode())
        for carrier in carriers:
            call(lib.smk_options_add_carrier, self.pointer, carrier.pointer)


def _signer_for(options: Options | None, signer: Signer | None,
                context: Context | None) -> Signer | None:
    """The given signer; else the newest key, unless no layer can be signed."""
    layers = str((options or {}).get("layers", "manifest"))
    if signer is not None or layers.strip() == "visible":
        return signer
    return Signer(context=context)


def _pointer(handle: Handle | None):
    return handle.pointer if handle is not None else None


def _report(pointer: c_void_p, json_of, free) -> dict[str, Any]:
    try:
        return json.loads(text(json_of(pointer)))
    finally:
        free(pointer)


def _take_buffer(buffer: c_void_p) -> bytes:
    try:
        return ctypes.string_at(lib.smk_buffer_data(buffer), lib.smk_buffer_size(buffer))
    finally:
        lib.smk_buffer_free(buffer)


def mark_file(source: str | os.PathLike, target: str | os.PathLike, *,
              signer: Signer | None = None, carrier: Carrier | None = None,
              options: Options | None = None, context: Context | None = None) -> dict[str, Any]:
    """Marks a picture, film, sound or document; returns the report of `signmark --json mark`.

    The source is never changed, the target appears whole or not at all. `options` are those of
    `signmark mark` ({"layers": "robust,metadata", "producer": "…"}). Raises SignmarkError; then
    there is no target.
    """
    chosen = _Options(_FLOW_MARK, options, [carrier] if carrier else [])
    key = _signer_for(options, signer, context)
    report = c_void_p()
    call(lib.smk_mark_file, _context(context).pointer, os.fsencode(source), os.fsencode(target),
         chosen.pointer, _pointer(key), byref(report))
    return _report(report, lib.smk_mark_report_json, lib.smk_mark_report_free)


def mark_bytes(data: bytes | bytearray | memoryview, *, signer: Signer | None = None,
               carrier: Carrier | None = None, options: Options | None = None,
               context: Context | None = None) -> tuple[bytes, dict[str, Any]]:
    """Marks a whole file in memory (PNG, JPEG, MP4, …): the marked file and the report."""
    chosen = _Options(_FLOW_MARK, options, [carrier] if carrier else [])
    key = _signer_for(options, signer, context)
    data = bytes(data)
    out, report = c_void_p(), c_void_p()
    call(lib.smk_mark_memory, _context(context).pointer, data, len(data), chosen.pointer,
         _pointer(key), byref(out), None, byref(report))
    return _take_buffer(out), _report(report, lib.smk_mark_report_json, lib.smk_mark_report_free)


def verify_file(path: str | os.PathLike, *, trust: Trust | None = None,
                carriers: tuple[Carrier, ...] = (), options: Options | None = None,
                context: Context | None = None) -> dict[str, Any]:
    """Looks at every layer; returns the report of `signmark --json verify`.

    ``report["verdict"]`` is verified, none, untrusted, tampered, marked or inconclusive. Without
    `trust` this machine's store is asked. Absence of a mark never proves that a person made it.
    """
    chosen = _Options(_FLOW_VERIFY, options, carriers)
    believed = trust or Trust(context=context)
    report = c_void_p()
    call(lib.smk_verify_file, _context(context).pointer, os.fsencode(path), believed.pointer,
         chosen.pointer, byref(report))
    return _report(report, lib.smk_verify_report_json, lib.smk_verify_report_free)


def verify_bytes(data: bytes | bytearray | memoryview, *, trust: Trust | None = None,
                 carriers: tuple[Carrier, ...] = (), options: Options | None = None,
                 context: Context | None = None) -> dict[str, Any]:
    """The same for a whole file in memory."""
    chosen = _Options(_FLOW_VERIFY, options, carriers)
    believed = trust or Trust(context=context)
    data = bytes(data)
    report = c_void_p()
    call(lib.smk_verify_memory, _context(context).pointer, data, len(data), None, 0,
         believed.pointer, chosen.pointer, byref(report))
    return _report(report, lib.smk_verify_report_json, lib.smk_verify_report_free)


def version() -> str:
    """Version of the library."""
    return text(lib.smk_version())


__all__ = ["Carrier", "Context", "Signer", "SignmarkError", "Trust", "mark_bytes", "mark_file",
           "verify_bytes", "verify_file", "version"]
