#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What metadata and manifest cost on a 12-megapixel JPEG, against cp and one SHA-256 pass.

    metadata_cost.py BUILD_DIR [FILE.jpg]

Times are medians of 9 in one run; compare ratios, not seconds. The base line is `cp` plus one SHA-256 pass by
OpenSSL (which uses the CPU's SHA instructions), each without the start of its process; `sha256sum` (portable C)
is shown beside it.
"""
import os
import subprocess
import sys
import tempfile

from measure import median

build = sys.argv[1]
signmark = os.path.join(build, "signmark")
work = tempfile.mkdtemp(prefix="signmark-bench-")
os.environ["SIGNMARK_HOME"] = os.path.join(work, "home")
picture = sys.argv[2] if len(sys.argv) > 2 else os.path.join(work, "12mp.jpg")
if len(sys.argv) <= 2:
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=4000x3000:start_scale=0.5",
                    "-vf", "noise=alls=12:allf=t", "-frames:v", "1", "-q:v", "3", picture], check=True)
subprocess.run([signmark, "-q", "key", "new", "--no-passphrase"], check=True, stdout=subprocess.DEVNULL)

copy, marked = os.path.join(work, "copy"), os.path.join(work, "marked.jpg")
gone = lambda path: lambda: os.path.exists(path) and os.unlink(path)
mark = [signmark, "mark", picture, "-o", marked, "--layers", "metadata,manifest"]

start = median([signmark, "--version"])
rows = {
    "cp": (median(["cp", picture, copy], before=gone(copy)), median(["cp", "--version"])),
    "openssl sha256": (median(["openssl", "dgst", "-sha256", picture]), median(["openssl", "version"])),
    "sha256sum": (median(["sha256sum", picture]), median(["sha256sum", "--version"])),
    "signmark mark": (median(mark, before=gone(marked)), start),
    "signmark verify": (median([signmark, "verify", "--layers", "metadata,manifest", marked]), start),
}
size = os.path.getsize(picture)
print(f"picture {size / 2**20:.2f} MiB; process start of signmark {start[1] * 1000:.1f} ms CPU, {start[2]:.1f} MiB")
print(f"{'':18}{'wall ms':>9}{'CPU ms':>9}{'beyond start ms':>17}{'peak MiB':>10}{'beyond file MiB':>17}")
for name, (row, base) in rows.items():
    print(f"{name:18}{row[0] * 1e3:9.1f}{row[1] * 1e3:9.1f}{(row[0] - base[0]) * 1e3:17.1f}{row[2]:10.1f}"
          f"{row[2] - size / 2**20:17.1f}")
beyond = lambda name: rows[name][0][0] - rows[name][1][0]
both = beyond("signmark mark") + beyond("signmark verify")
for sha in ("openssl sha256", "sha256sum"):
    base = beyond("cp") + beyond(sha)
    print(f"mark + verify / (cp + {sha}): {both / base:.2f} (target <= 3)")
