# SPDX-License-Identifier: Apache-2.0
"""Extension script: link `a1111_signmark` into stable-diffusion-webui/extensions."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))

from modules import script_callbacks  # noqa: E402  (the host's)
from signmark import a1111  # noqa: E402

a1111.register(script_callbacks)
