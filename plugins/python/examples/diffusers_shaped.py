# SPDX-License-Identifier: Apache-2.0
"""Marks the output of a diffusers-shaped pipeline: python3 diffusers_shaped.py OUT.png

The pipeline is a stand-in that draws noise over a gradient; a real one takes its place unchanged:
    pipe = StableDiffusionXLPipeline.from_pretrained(...); pipe.watermark = SignmarkWatermarker()
"""
import sys

import numpy as np
import torch
from PIL import Image

import signmark
from signmark.diffusers import SignmarkWatermarker


class Pipeline:
    """What matters of a diffusers pipeline: it calls `watermark.apply_watermark` on its tensor."""

    watermark = None

    def __call__(self, size: int = 768) -> Image.Image:
        ramp = torch.linspace(-0.8, 0.8, size)
        picture = ramp[None, None, :, None] * ramp[None, None, None, :] + torch.zeros(1, 3, 1, 1)
        picture = picture + 0.1 * torch.randn(1, 3, size, size, generator=torch.manual_seed(1))
        if self.watermark is not None:
            picture = self.watermark.apply_watermark(picture.clamp(-1, 1))
        samples = ((picture[0].permute(1, 2, 0) + 1) * 127.5).round().byte().numpy()
        return Image.fromarray(np.ascontiguousarray(samples))


pipe = Pipeline()
pipe.watermark = SignmarkWatermarker()  # the robust mark, in the pixels
image = pipe()
report = signmark.save(image, sys.argv[1], options={"existing": "add"})  # record and manifest
print(report["content_id"], signmark.verify_file(sys.argv[1])["verdict"])
