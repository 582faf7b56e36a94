#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time and peak memory of marking and verifying long texts through the program, ledger included.
The bound is three times the file that is read.

    text_memory.py BUILD_DIR FOLDER [MiB...]

FOLDER holds plain text files, names that begin with zh Chinese, with en English; they are repeated
with a number behind each until the size is reached (default 20)."""
import os
import pathlib
import subprocess
import sys
import tempfile

from measure import run

if len(sys.argv) < 3:
    raise SystemExit(__doc__)
signmark = os.path.join(os.path.abspath(sys.argv[1]), "signmark")
folder, sizes = pathlib.Path(sys.argv[2]), [float(size) for size in sys.argv[3:]] or [20.0]
limit = ["--limit", "document-text=1GiB"]


def write_text(file, prefixes, size):
    sources = [source for source in sorted(folder.glob("*.txt")) if source.name.startswith(prefixes)]
    texts = [(source.read_text().replace("\r", "").strip(), "。" if source.name.startswith("zh") else ".")
             for source in sources]
    written = copy = 0
    with open(file, "w", encoding="utf-8") as out:
        while written < size:
            for text, stop in texts:
                paragraph = f"{text} {copy}{stop}\n\n"
                out.write(paragraph)
                written += len(paragraph.encode())
            copy += 1


def show(what, row, read, text):
    print(f"{what:<16}{read / 2**20:9.1f}{row[0]:9.2f}{row[1]:9.2f}{row[2]:10.1f}"
          f"{row[2] * 2**20 / read:9.2f}{row[2] * 2**20 / text:9.2f}")


with tempfile.TemporaryDirectory() as work:
    os.environ["SIGNMARK_HOME"] = os.path.join(work, "home")
    subprocess.run([signmark, "-q", "key", "new", "--no-passphrase"], check=True, capture_output=True)
    print(f"{'':16}{'file MiB':>9}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'x file':>9}{'x text':>9}")
    for size in sizes:
        for name, prefixes in (("Chinese", "zh"), ("English", "en"), ("both", ("zh", "en"))):
            text, marked = os.path.join(work, "text.txt"), os.path.join(work, "marked.txt")
            write_text(text, prefixes, size * 2**20)
            bytes_in = os.path.getsize(text)
            row = run([signmark, "-q", "mark", text, "-o", marked, "-f", *limit])
            show(f"mark {name}", row, bytes_in, bytes_in)
            row = run([signmark, "-q", "verify", marked, *limit])
            show(f"verify {name}", row, os.path.getsize(marked), bytes_in)
