# SPDX-License-Identifier: Apache-2.0
"""Callbacks for AUTOMATIC1111's web interface (stable-diffusion-webui), which fail closed.

The host swallows exceptions of ``on_before_image_saved`` and then saves the picture as it is. So a
failure replaces the picture by a red slate that says why; after saving, ``on_image_saved`` marks the
file itself, and replaces it by the slate when that fails.
"""
from __future__ import annotations

import os
import sys
import tempfile

from .core import Options, mark_file
from .pixels import slate

#: what marking a saved file does; change it before the first picture is saved
OPTIONS: Options = {"agent": "stable-diffusion-webui"}


def _say(reason: str) -> None:
    print(f"signmark: NOT MARKED: {reason}", file=sys.stderr, flush=True)


def before_image_saved(params) -> None:
    """Refuses early: with no usable key the picture never reaches the disk."""
    try:
        from .core import Signer

        Signer()
    except BaseException as problem:  # also what is no Exception must not lead to an unmarked file
        _say(str(problem))
        params.image = slate(*params.image.size, str(problem))


def image_saved(params) -> None:
    """Marks the saved file in place; a file that cannot be marked becomes the slate."""
    path = params.filename
    try:
        # A folder of its own: the file keeps its name, which the ledger records.
        with tempfile.TemporaryDirectory(dir=os.path.dirname(path) or ".") as folder:
            marked = os.path.join(folder, os.path.basename(path))
            mark_file(path, marked, options=OPTIONS)
            os.replace(marked, path)
    except BaseException as problem:
        _say(f"{path}: {problem}")
        slate(*params.image.size, str(problem)).save(path)
        raise


def register(script_callbacks) -> None:
    """Called by the extension's script with `modules.script_callbacks`."""
    script_callbacks.on_before_image_saved(before_image_saved)
    script_callbacks.on_image_saved(image_saved)
