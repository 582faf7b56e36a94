# SPDX-License-Identifier: Apache-2.0
"""A watermarker in the shape that diffusers' Stable Diffusion XL pipelines take.

    from signmark.diffusers import SignmarkWatermarker
    pipe = StableDiffusionXLPipeline.from_pretrained(...)
    pipe.watermark = SignmarkWatermarker()

diffusers calls ``apply_watermark(images)`` with a tensor (N, C, H, W), values from -1 to 1, before
it turns the pictures into PIL. The pixels then carry the robust mark (and, if asked for, the
visible label); save the result with ``signmark.save`` for the record and the manifest.
"""
from __future__ import annotations

from typing import Any

from .core import Carrier, Context, Options, Signer
from .pixels import mark_tensor


class SignmarkWatermarker:
    """Drop-in for diffusers' StableDiffusionXLWatermarker. Raises when it cannot mark.

    signer: key by name (the newest one when None). options: as for signmark.mark_array;
    {"layers": "robust"} leaves the visible label to the file.
    """

    def __init__(self, signer: str | None = None, carrier: str | None = None,
                 options: Options | None = None, context: Context | None = None) -> None:
        self._context = context
        self._signer = Signer(signer, context)
        self._carrier = Carrier(carrier, context) if carrier else None
        self._options = {"layers": "robust", **(options or {})}
        if carrier:
            self._options.setdefault("carrier", carrier)
        #: reports of the last batch, one a picture
        self.reports: list[dict[str, Any]] = []

    def apply_watermark(self, images):
        """A marked copy of a batch (N, C, H, W), values -1 to 1."""
        marked, self.reports = mark_tensor(images, layout="NCHW", value_range=(-1.0, 1.0),
                                           signer=self._signer, carrier=self._carrier,
                                           options=self._options, context=self._context)
        return marked
