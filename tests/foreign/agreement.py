#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our C2PA validator and writer with c2pa-rs (and c2pa-ts) on many files.

  accepted   files of our writer: both foreign validators must trust them
  mutations  single flipped bits in files of our writer: we and c2pa-rs must reach the same state; only
             in headers that c2pa-rs does not hash may we refuse what it accepts ("stricter")
  wild       the same for the C2PA files in the folder SIGNMARK_WILD (real files; not in the repository)

Exit: 0 all agree, 1 some do not, 77 skipped because node, its packages or the folder is missing.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors" / "c2pa"
MEDIA = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic", ".heif", ".mp4",
         ".mov", ".m4a"}


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(77)


class Judges:
    """Both programs, asked for many files at a time."""

    def __init__(self, programs, modules, anchored):
        self.programs, self.modules, self.anchored = pathlib.Path(programs), modules, anchored

    def _ask(self, command, files):
        env = dict(os.environ, C2PA_NODE_MODULES=self.modules)
        done = subprocess.run(command + ["-"], input="\n".join(map(str, files)) + "\n", text=True,
                              capture_output=True, env=env, timeout=1800)
        if done.returncode == 77:
            skip(done.stderr.strip())
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode != 0 or len(answers) != len(files):
            sys.exit(f"{command[0]} stopped with {done.returncode}: {done.stderr[-2000:]}")
        return answers

    def ours(self, files):
        anchor = [f"--anchor={VECTORS / 'root.der'}"] if self.anchored else []
        return self._ask([str(self.programs / "c2pa_states")] + anchor, files)

    def official(self, files):
        anchor = [f"--anchors={VECTORS / 'root.pem'}"] if self.anchored else []
        return self._ask(["node", str(HERE / "rs_states.mjs")] + anchor, files)


def state(answer):
    """Trusted, Valid or Invalid; a store that cannot be read is no more accepted than an invalid one."""
    return answer.get("state") or "Invalid"


def store_ranges(data):
    """Where the bytes of C2PA boxes lie, roughly: from the first to the last box header."""
    first, last = data.find(b"jumb"), data.rfind(b"cbor")
    return (max(first - 8, 0), min(last + 700, len(data))) if first >= 0 else (0, 0)


def unsigned_headers(data):
    """Ranges that no hash of c2pa-rs sees: it hashes boxes as it would write them, so that changes of
    description boxes (and of the segment headers of a JPEG) are lost on it. We hash what stands there."""
    ranges = []
    at = data.find(b"jumd")
    while at >= 4:
        ranges.append((at - 12, at - 4 + int.from_bytes(data[at - 4:at], "big")))
        at = data.find(b"jumd", at + 1)
    at = data.find(b"\xff\xeb")
    while at >= 0:
        ranges.append((at, at + 20))
        at = data.find(b"\xff\xeb", at + 1)
    return ranges


def mutate(source, count, folder, chance):
    """Half of the flips in the store, half elsewhere. Gives [(file, place)]."""
    data = source.read_bytes()
    low, high = store_ranges(data)
    outside = [p for p in range(len(data)) if not low <= p < high] if len(data) < 1 << 16 else None
    made = []
    for i in range(count):
        bytes_ = bytearray(data)
        if i % 2 == 0 or high - low >= len(data):
            at = chance.randrange(low, high)
        else:
            at = chance.choice(outside) if outside else chance.randrange(len(data))
        bytes_[at] ^= 1 << chance.randrange(8)
        name = folder / f"{source.stem}-{i}-{at}{source.suffix}"
        name.write_bytes(bytes_)
        made.append((name, at))
    return made


def compare(judges, source, count, chance):
    """One row of the table: agreement on the file and on mutations of it."""
    with tempfile.TemporaryDirectory(prefix="signmark-c2pa-") as folder:
        variants = mutate(source, count, pathlib.Path(folder), chance)
        names = [source] + [name for name, _ in variants]
        pairs = list(zip(judges.ours(names), judges.official(names)))
    data = source.read_bytes()
    headers = unsigned_headers(data)
    wrong = stricter = 0
    for (our, official), at in zip(pairs, [None] + [at for _, at in variants]):
        if state(our) == state(official):
            continue
        in_header = at is not None and any(low <= at < high for low, high in headers)
        if state(our) == "Invalid" and in_header:
            stricter += 1
            continue
        wrong += 1
        print(f"  DIFFERS {source.name}, {'as it is' if at is None else f'bit in byte {at}'}:")
        print(f"    ours     {state(our)} {our.get('error') or our['failure'] + our['ingredientFailure']}")
        print(f"    official {state(official)} "
              f"{official.get('error') or official['failure'] + official['ingredientFailure']}")
    seen = collections.Counter(state(official) for _, official in pairs[1:])
    row = f"{source.name:36} {state(pairs[0][0]):8} {state(pairs[0][1]):8}"
    print(f"{row} {len(variants):5} {len(pairs) - wrong - stricter:5} of {len(pairs)} {stricter:8}   " +
          ", ".join(f"{key} {n}" for key, n in sorted(seen.items())))
    return wrong


def compare_all(judges, sources, count):
    print(f"{'file':36} {'ours':8} {'official':8} flips agree       stricter   official on the flips")
    chance = random.Random(20261122)
    wrong = sum(compare(judges, source, count, chance) for source in sources)
    print(f"{wrong} disagreements in {len(sources) * (count + 1)} judgements")
    return 1 if wrong else 0


def make_samples(programs, folder):
    done = subprocess.run([str(pathlib.Path(programs) / "c2pa_samples"), str(folder)], text=True,
                          capture_output=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"c2pa_samples failed: {done.stderr}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def accepted(options, judges):
    """Every file of our writer must be trusted by both engines."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="signmark-c2pa-") as folder:
        samples = make_samples(options.programs, folder)
        judges.official([samples[0][0]])  # skips when the package is missing
        for sample in samples:
            sidecar = [f"--sidecar={sample[1]}"] if len(sample) > 1 else []
            done = subprocess.run(
                ["node", str(HERE / "c2pa-validate.mjs"), f"--anchors={VECTORS / 'root.pem'}",
                 "--require-trust", "--strict"] + sidecar + [sample[0]],
                text=True, capture_output=True, timeout=120,
                env=dict(os.environ, C2PA_NODE_MODULES=options.modules))
            verdict = json.loads(done.stdout) if done.stdout else {}
            official, other = verdict.get("c2pa_rs", {}), verdict.get("c2pa_ts", {})
            name = pathlib.Path(sample[0]).name + (" + sidecar" if sidecar else "")
            good = done.returncode == 0 and official.get("state") == "Trusted"
            print(f"{name:36} {official.get('state', 'none'):8} ts {other.get('valid', other.get('skipped'))}"
                  f"{'' if good else '   FAILED ' + str(official.get('failure')) + str(other.get('failure'))}"
                  f"{'' if good else ' ' + str(official.get('error', '')) + done.stderr[-300:]}")
            failed += not good
    print(f"{failed} of {len(samples)} not accepted")
    return 1 if failed else 0


def mutations(options, judges):
    with tempfile.TemporaryDirectory(prefix="signmark-c2pa-") as folder:
        samples = make_samples(options.programs, folder)
        sources = [pathlib.Path(s[0]) for s in samples if len(s) == 1 and "-long" not in s[0]]
        return compare_all(judges, sources, options.flips or 24)


def has_store(path):
    return path.suffix.lower() in MEDIA and b"c2pa" in path.read_bytes()


def wild(options, judges):
    folder = os.environ.get("SIGNMARK_WILD")
    if not folder:
        skip("SIGNMARK_WILD names no folder with real C2PA files")
    sources = [path for path in sorted(pathlib.Path(folder).iterdir()) if has_store(path)]
    if not sources:
        skip(f"no C2PA file in {folder}")
    return compare_all(judges, sources, options.flips or 40)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--programs", required=True, help="folder of c2pa_states and c2pa_samples")
    parser.add_argument("--modules", required=True, help="node_modules, when C2PA_NODE_MODULES is not set")
    parser.add_argument("--flips", type=int, help="mutations of each file")
    parser.add_argument("part", choices=["accepted", "mutations", "wild"])
    options = parser.parse_args()
    options.modules = os.environ.get("C2PA_NODE_MODULES", options.modules)
    if not shutil.which("node"):
        skip("node is not installed")
    judges = Judges(options.programs, options.modules, anchored=options.part != "wild")
    part = {"accepted": accepted, "mutations": mutations, "wild": wild}[options.part]
    sys.exit(part(options, judges))


if __name__ == "__main__":
    main()
