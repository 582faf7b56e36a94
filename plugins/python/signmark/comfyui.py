# SPDX-License-Identifier: Apache-2.0
"""ComfyUI nodes: mark in the pixels, save with all layers, verify.

Copy or link the folder `comfyui_signmark` into ComfyUI/custom_nodes. An exception of a node stops
the prompt, so a picture that could not be marked is never saved by these nodes.
"""
from __future__ import annotations

import json
import os

from .core import Signer, verify_file
from .pixels import mark_tensor, save
from .streams import mark_frames, mark_sound

_KEY = ("STRING", {"default": "", "tooltip": "signing key by id or label; empty: the newest"})
_STRENGTH = (["default", "invisible", "strong"],)


def _signer(name: str) -> Signer:
    return Signer(name or None)


def _output_folder() -> str:
    """ComfyUI's own output folder; the working folder outside of ComfyUI."""
    try:
        import folder_paths

        return folder_paths.get_output_directory()
    except ImportError:
        return os.getcwd()


class SignmarkMark:
    """IMAGE in, IMAGE out, with the robust mark and, if wanted, the visible label."""

    CATEGORY = "image/signmark"
    RETURN_TYPES = ("IMAGE", "STRING")
    RETURN_NAMES = ("image", "report")
    FUNCTION = "mark"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "label": ("BOOLEAN", {"default": True}),
                             "strength": _STRENGTH, "key": _KEY}}

    def mark(self, image, label: bool, strength: str, key: str):
        layers = "robust,visible" if label else "robust"
        marked, reports = mark_tensor(image, layout="NHWC", value_range=(0.0, 1.0),
                                      signer=_signer(key),
                                      options={"layers": layers, "strength": strength})
        return marked, json.dumps(reports, ensure_ascii=False)


class SignmarkSave:
    """Saves pictures with all four layers: mark, label, AIGC record, C2PA manifest."""

    CATEGORY = "image/signmark"
    RETURN_TYPES = ()
    FUNCTION = "save"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",),
                             "prefix": ("STRING", {"default": "signmark"}),
                             "producer": ("STRING", {"default": ""}),
                             "strength": _STRENGTH, "key": _KEY}}

    def save(self, image, prefix: str, producer: str, strength: str, key: str):
        import numpy as np
        from PIL import Image

        if os.path.basename(prefix) != prefix or not prefix:
            raise ValueError("the prefix is a plain name, without folders")
        folder, saved, number = _output_folder(), [], 1
        options = {"strength": strength, **({"producer": producer} if producer else {})}
        signer = _signer(key)
        for picture in image:
            while os.path.exists(os.path.join(folder, f"{prefix}_{number:05}.png")):
                number += 1
            name = f"{prefix}_{number:05}.png"
            samples = np.clip(np.rint(picture.cpu().numpy() * 255.0), 0, 255).astype(np.uint8)
            save(Image.fromarray(samples), os.path.join(folder, name), signer=signer,
                 options=options)
            saved.append({"filename": name, "subfolder": "", "type": "output"})
        return {"ui": {"images": saved}}


class SignmarkVerify:
    """The verdict on a file, as text."""

    CATEGORY = "image/signmark"
    RETURN_TYPES = ("STRING", "STRING")
    RETURN_NAMES = ("verdict", "report")
    FUNCTION = "verify"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"path": ("STRING", {"default": ""})}}

    def verify(self, path: str):
        report = verify_file(path)
        return report["verdict"], json.dumps(report, ensure_ascii=False)


class SignmarkMarkVideo:
    """The frames of one film (an IMAGE batch) in, the same with one signed mark out."""

    CATEGORY = "image/signmark"
    RETURN_TYPES = ("IMAGE", "STRING")
    RETURN_NAMES = ("image", "report")
    FUNCTION = "mark"

    @classmethod
    def INPUT_TYPES(cls):
        rate = ("FLOAT", {"default": 24.0, "min": 1.0, "max": 240.0})
        return {"required": {"image": ("IMAGE",), "frame_rate": rate,
                             "label": ("BOOLEAN", {"default": True}),
                             "strength": _STRENGTH, "key": _KEY}}

    def mark(self, image, frame_rate: float, label: bool, strength: str, key: str):
        import torch

        layers = "robust,visible" if label else "robust"
        frames, report = mark_frames(image.detach().cpu().float().numpy(), frame_rate,
                                     signer=_signer(key),
                                     options={"layers": layers, "strength": strength})
        marked = torch.from_numpy(frames).to(image.device, image.dtype)
        return marked, json.dumps(report, ensure_ascii=False)


class SignmarkMarkAudio:
    """AUDIO in, AUDIO out, with the robust mark and, if wanted, the audible label."""

    CATEGORY = "audio/signmark"
    RETURN_TYPES = ("AUDIO", "STRING")
    RETURN_NAMES = ("audio", "report")
    FUNCTION = "mark"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"audio": ("AUDIO",), "label": ("BOOLEAN", {"default": True}),
                             "strength": _STRENGTH, "key": _KEY}}

    def mark(self, audio, label: bool, strength: str, key: str):
        import torch

        layers, signer = "robust,visible" if label else "robust", _signer(key)
        waveform, rate, reports = audio["waveform"], int(audio["sample_rate"]), []
        marked = torch.empty_like(waveform)
        for index in range(waveform.shape[0]):
            samples, report = mark_sound(waveform[index].detach().cpu().float().numpy(), rate,
                                         signer=signer,
                                         options={"layers": layers, "strength": strength})
            marked[index] = torch.from_numpy(samples).to(waveform.device, waveform.dtype)
            reports.append(report)
        return {**audio, "waveform": marked}, json.dumps(reports, ensure_ascii=False)


NODE_CLASS_MAPPINGS = {"SignmarkMark": SignmarkMark, "SignmarkMarkVideo": SignmarkMarkVideo,
                       "SignmarkMarkAudio": SignmarkMarkAudio, "SignmarkSave": SignmarkSave,
                       "SignmarkVerify": SignmarkVerify}
NODE_DISPLAY_NAME_MAPPINGS = {"SignmarkMark": "Mark pixels (signmark)",
                              "SignmarkMarkVideo": "Mark video frames (signmark)",
                              "SignmarkMarkAudio": "Mark audio (signmark)",
                              "SignmarkSave": "Save marked (signmark)",
                              "SignmarkVerify": "Verify (signmark)"}
