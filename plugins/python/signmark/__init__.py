# SPDX-License-Identifier: Apache-2.0
"""signmark: marks AI-generated media, from Python, through libsignmark.

    import signmark
    report = signmark.mark_file("photo.png", "marked.png")       # all four layers
    print(signmark.verify_file("marked.png")["verdict"])          # verified
    picture, report = signmark.mark_image(pil_picture)            # mark and label in the pixels
    signmark.save(pil_picture, "out.png")                         # save with all four layers
    frames, report = signmark.mark_frames(frames, 24)             # a film, (N, H, W, 3)
    samples, report = signmark.mark_sound(samples, 24000)         # a sound, (channels, samples)

Keys are named, never passed: they lie in the key agent or the keyring of `signmark key`. Whatever
fails raises SignmarkError, and then nothing was marked.
"""
from ._library import SignmarkError
from .core import (Carrier, Context, Signer, Trust, mark_bytes, mark_file, verify_bytes,
                   verify_file, version)
from .pixels import mark_array, mark_image, mark_tensor, save, slate, verify_array
from .streams import FilmMarker, mark_frames, mark_sound, verify_frames, verify_sound

__all__ = ["Carrier", "Context", "FilmMarker", "Signer", "SignmarkError", "Trust", "mark_array",
           "mark_bytes", "mark_file", "mark_frames", "mark_image", "mark_sound", "mark_tensor",
           "save", "slate", "verify_array", "verify_bytes", "verify_file", "verify_frames",
           "verify_sound", "version"]
