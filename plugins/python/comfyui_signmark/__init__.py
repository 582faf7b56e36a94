# SPDX-License-Identifier: Apache-2.0
"""ComfyUI custom node: put this folder, with `signmark` beside it or on PYTHONPATH, into custom_nodes."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))

from signmark.comfyui import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS  # noqa: E402

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
