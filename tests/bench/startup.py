#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU time of verbs that need no pixels (target <= 30 ms each).

    startup.py BUILD_DIR
"""
import os
import subprocess
import sys
import tempfile

from measure import median

signmark = os.path.join(sys.argv[1], "signmark")
work = tempfile.mkdtemp(prefix="signmark-bench-")
os.environ["SIGNMARK_HOME"] = os.path.join(work, "home")
media = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test_media", "samples")
subprocess.run([signmark, "-q", "key", "new", "--no-passphrase"], check=True, stdout=subprocess.DEVNULL)
sample = sorted(f for f in os.listdir(media) if f.endswith(".png"))[0]
sample = os.path.join(media, sample)
verbs = {
    "--version": ["--version"],
    "key list": ["key", "list"],
    "trust list": ["trust", "list"],
    "inspect": ["inspect", os.path.join(media, "aigc_key.mp4")],
    "verify": ["verify", "--layers", "metadata,manifest", sample],
}
print(f"{'verb':14}{'CPU ms':>8}{'peak MiB':>10}")
for name, argv in verbs.items():
    row = median([signmark] + argv, ok=(0, 10, 13, 14))
    print(f"{name:14}{row[1] * 1e3:8.1f}{row[2]:10.1f}")
