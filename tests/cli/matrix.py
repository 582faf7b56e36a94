#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole promise on every format: mark, verify, and each way to break it, with foreign readers as judges.

    matrix.py --program build/signmark [--layers LIST] [FORMAT...]

A row a format, a column a case; a cell shows the exit code, with ! where it is not the promised one.
Foreign C2PA validators take part when $C2PA_NODE_MODULES has them, exiftool when it is installed.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PICTURE = os.path.join(ROOT, "test_media", "pictures", "astronaut.png")
VALIDATOR = os.path.join(ROOT, "tests", "foreign", "c2pa-validate.mjs")
MAKERS = {
    "png": ["cp", PICTURE, "OUT"],
    "jpg": ["ffmpeg", "-v", "error", "-y", "-i", PICTURE, "-q:v", "2", "OUT"],
    "webp": ["cwebp", "-quiet", "-q", "90", PICTURE, "-o", "OUT"],
    "gif": ["ffmpeg", "-v", "error", "-y", "-i", PICTURE, "-vf", "split[a][b];[a]palettegen[p];[b][p]paletteuse", "OUT"],
    "tiff": ["ffmpeg", "-v", "error", "-y", "-i", PICTURE, "-pix_fmt", "rgb24", "OUT"],
    "avif": ["heif-enc", "-A", "-q", "80", PICTURE, "-o", "OUT"],
    "heic": ["heif-enc", "-q", "80", PICTURE, "-o", "OUT"],
}
CASES = ["mark", "verify", "picture", "claim", "signature", "stranger", "unmarked", "cut", "again", "rs+ts", "exiftool"]
PROMISED = {"mark": 0, "verify": 0, "picture": 12, "claim": 12, "signature": 12, "stranger": 11,
            "unmarked": 10, "cut": 14, "again": 20, "rs+ts": 0, "exiftool": 0}


def gif_blocks(data):
    """Offsets of bytes inside sub-blocks, in order, without their length bytes."""
    offsets, pos = [], 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while data[pos] != 0x3B:
        if data[pos] == 0x21:
            pos += 2
        else:
            flags = data[pos + 9]
            pos += 10 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0) + 1
        while data[pos]:
            offsets += range(pos + 1, pos + 1 + data[pos])
            pos += 1 + data[pos]
        pos += 1
    return offsets


class File:
    """A file as the sequence of its payload bytes: GIF's sub-block lengths are no payload."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        self.map = gif_blocks(self.data) if self.data[:4] == b"GIF8" else range(len(self.data))
        self.payload = bytes(self.data[i] for i in self.map) if self.data[:4] == b"GIF8" else self.data

    def flipped(self, position):
        out = bytearray(self.data)
        out[self.map[position]] ^= 0x04
        return bytes(out)

    def box_after(self, label):
        """Start and end of the cbor box behind a label."""
        at = self.payload.rindex(label + b"\0") + len(label) + 1
        return at, at + int.from_bytes(self.payload[at:at + 4], "big")

    def position(self, case):
        if case == "claim":
            start, end = self.box_after(b"c2pa.claim.v2")
            return (start + 8 + end) // 2
        if case == "signature":
            return self.box_after(b"c2pa.signature")[1] - 20
        store = self.payload.find(b"c2pa.assertions")
        half = len(self.payload) // 2  # the larger side of the store is picture
        return (len(self.payload) + store) // 2 if 0 <= store < half else store // 2


class Matrix:
    def __init__(self, program, layers):
        self.program = os.path.abspath(program)
        self.layers = layers
        self.work = tempfile.mkdtemp(prefix="signmark-matrix-")
        self.failures = []
        for who in ("alice", "stranger"):
            self.run(who, ["key", "new", "--no-passphrase", "--label", who])
        self.run("alice", ["key", "show", "alice", "--certificate"])
        self.root = os.path.join(self.work, "root.pem")
        with open(self.root, "w") as f:
            f.write(self.issuer_pem())

    def run(self, who, argv):
        env = dict(os.environ, SIGNMARK_HOME=os.path.join(self.work, who))
        done = subprocess.run([self.program] + argv, env=env, capture_output=True, text=True)
        self.last = done.stdout + done.stderr
        return done.returncode

    def issuer_pem(self):
        listing = subprocess.run([self.program, "key", "list", "--json"], text=True, capture_output=True,
                                 env=dict(os.environ, SIGNMARK_HOME=os.path.join(self.work, "alice")))
        for line in listing.stdout.splitlines():
            item = json.loads(line)
            if item.get("role") == "issuer":
                self.run("alice", ["key", "show", item["id"], "--certificate"])
                return self.last
        raise SystemExit("no issuer in the keyring")

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def mark(self, who, source, target):
        layers = ["--layers", self.layers] if self.layers else []
        return self.run(who, ["mark", source, "-o", target] + layers)

    def foreign_c2pa(self, path):
        if not os.environ.get("C2PA_NODE_MODULES") or not shutil.which("node"):
            return None
        done = subprocess.run(["node", VALIDATOR, f"--anchors={self.root}", "--require-trust", "--strict", path],
                              capture_output=True, text=True)
        self.last = done.stdout[-3000:] + done.stderr
        return done.returncode

    def exiftool(self, path):
        if not shutil.which("exiftool"):
            return None
        done = subprocess.run(["exiftool", "-j", "-a", "-G1", path], capture_output=True, text=True)
        self.last = done.stdout
        values = [v for k, v in json.loads(done.stdout)[0].items() if k.lower().endswith(":aigc")]
        return 0 if len(values) == 1 and '"ContentProducer"' in str(values[0]) else 1

    def row(self, kind):
        source, marked = self.path(f"in.{kind}"), self.path(f"marked.{kind}")
        subprocess.run([a.replace("OUT", source) for a in MAKERS[kind]], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield "mark", self.mark("alice", source, marked)
        yield "verify", self.run("alice", ["verify", marked])
        if os.path.exists(marked):
            file = File(marked)
            for case in ("picture", "claim", "signature"):
                bad = self.write(f"{case}.{kind}", file.flipped(file.position(case)))
                yield case, self.run("alice", ["verify", bad])
        self.mark("stranger", source, self.path(f"stranger.{kind}"))
        yield "stranger", self.run("alice", ["verify", self.path(f"stranger.{kind}")])
        yield "unmarked", self.run("alice", ["verify", source])
        if os.path.exists(marked):
            with open(marked, "rb") as f:
                data = f.read()
            yield "cut", self.run("alice", ["verify", self.write(f"cut.{kind}", data[: len(data) * 6 // 10])])
            yield "again", self.mark("alice", marked, self.path(f"again.{kind}"))
            yield "rs+ts", self.foreign_c2pa(marked)
            # exiftool's HEIF support shows XMP items, but not every version names unknown namespaces there.
            yield "exiftool", self.exiftool(marked) if kind in ("png", "jpg", "webp", "tiff", "gif") else None

    def print_row(self, kind):
        cells = {}
        for case, code in self.row(kind):
            good = code is None or code == PROMISED[case]
            cells[case] = "-" if code is None else f"{code}{'' if good else '!'}"
            if not good:
                self.failures.append((kind, case, code, self.last))
        print(f"{kind:6}" + "".join(f"{cells.get(case, '?'):>10}" for case in CASES), flush=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--program", required=True)
    args.add_argument("--layers", default="")
    args.add_argument("formats", nargs="*")
    args = args.parse_args()
    matrix = Matrix(args.program, args.layers)
    print(f"{'':6}" + "".join(f"{case:>10}" for case in CASES))
    print(f"{'want':6}" + "".join(f"{PROMISED[case]:>10}" for case in CASES))
    for kind in args.formats or MAKERS:
        matrix.print_row(kind)
    for kind, case, code, text in matrix.failures:
        print(f"\n== {kind} {case}: exit {code}, promised {PROMISED[case]}\n{text}")
    shutil.rmtree(matrix.work, ignore_errors=True)
    sys.exit(1 if matrix.failures else 0)


if __name__ == "__main__":
    main()
