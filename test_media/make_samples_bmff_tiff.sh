#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the TIFF, AVIF, HEIC, MP4 and Markdown samples of this folder; all content is generated here.
# Needs: ffmpeg libtiff-tools exiftool libheif-examples python3
set -euo pipefail
out="$(cd "$(dirname "$0")" && pwd)/samples"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"

picture() {  # FILE SIZE PIXEL_FORMAT: a small test picture
  ffmpeg -v error -y -f lavfi -i "testsrc=size=$2:rate=1" -frames:v 1 -pix_fmt "$3" "$1"
}

# --- inputs ------------------------------------------------------------------------------------
picture rgb.png 16x12 rgb24
picture rgba.png 16x12 rgba
picture rgb.tif 16x12 rgb24
picture deep.png 16x12 rgb48be

python3 - <<'PY'
"""A matrix/TRC profile with sRGB primaries and gamma 2.2 (ICC.1:2001-04), and an XMP packet."""
import struct

def tag_xyz(x, y, z):
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in (x, y, z))

text = b"generated test profile"
desc = (b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(8 + 2 + 1 + 67))
curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
cprt = b"text\0\0\0\0" + b"public domain\0"
tags = [(b"desc", desc), (b"cprt", cprt), (b"wtpt", tag_xyz(0.9505, 1, 1.0891)),
        (b"rXYZ", tag_xyz(0.4361, 0.2225, 0.0139)), (b"gXYZ", tag_xyz(0.3851, 0.7169, 0.0971)),
        (b"bXYZ", tag_xyz(0.1431, 0.0606, 0.7141)), (b"rTRC", curve), (b"gTRC", curve),
        (b"bTRC", curve)]
body, table = b"", b""
start = 128 + 4 + 12 * len(tags)
for name, data in tags:
    table += name + struct.pack(">II", start + len(body), len(data))
    body += data + bytes(-len(data) % 4)
head = struct.pack(">I4sI4s4s4s12x4s4sIII4xII", start + len(body), b"\0\0\0\0", 0x02100000, b"mntr",
                   b"RGB ", b"XYZ ", b"acsp", b"\0\0\0\0", 0, 0, 0, 0, 0)[:68]
head += struct.pack(">iii", 63190, 65536, 54061)
head += bytes(128 - len(head))
open("test.icc", "wb").write(head + struct.pack(">I", len(tags)) + table + body)

open("packet.xmp", "w").write(
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:source>generated</dc:source></rdf:Description></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>')
PY

# --- TIFF --------------------------------------------------------------------------------------
tiffcp -L rgb.tif "$out/le.tif"
tiffcp -B rgb.tif "$out/be.tif"
tiffcp -L -c lzw rgb.tif rgb.tif rgb.tif "$out/pages.tif"
tiffcp -L -8 -c lzw rgb.tif "$out/bigtiff.tif"
ffmpeg -v error -y -i deep.png -pix_fmt rgb48le -compression_algo deflate "$out/deep.tif"
tiffcp -B -c lzw rgb.tif "$out/tagged.tif"
exiftool -q -overwrite_original "-xmp<=packet.xmp" "-icc_profile<=test.icc" -Orientation#=6 \
  -ImageDescription='generated test picture' -UserComment='{"AIGC":{"Label":"1"}}' \
  -GPSLatitude=1 -GPSLatitudeRef=N "$out/tagged.tif"

# --- AVIF and HEIC -----------------------------------------------------------------------------
heif-enc -q 30 -A rgb.png -o "$out/plain.avif" >/dev/null
heif-enc -q 30 -A rgba.png -o "$out/alpha.avif" >/dev/null
heif-enc -q 30 rgb.png -o "$out/plain.heic" >/dev/null
ffmpeg -v error -y -f lavfi -i testsrc=size=16x12:rate=1 -frames:v 2 -c:v libaom-av1 -crf 60 \
  -pix_fmt yuv420p "$out/sequence.avif"
cp "$out/plain.heic" "$out/tagged.heic"
exiftool -q -overwrite_original "-xmp<=packet.xmp" -UserComment='{"AIGC":{"Label":"1"}}' \
  "$out/tagged.heic"

# heif-enc of Debian 12 writes no rotation: an `irot` property is added by hand.
python3 - "$out/plain.avif" "$out/rotated.avif" <<'PY'
import struct, sys

data = open(sys.argv[1], "rb").read()

def find(name, start, end):
    while start < end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        if kind == name:
            return start, start + size
        start += size
    raise SystemExit("no box " + name.decode())

meta, meta_end = find(b"meta", 0, len(data))
iprp, iprp_end = find(b"iprp", meta + 12, meta_end)
ipco, ipco_end = find(b"ipco", iprp + 8, iprp_end)
ipma, ipma_end = find(b"ipma", iprp + 8, iprp_end)
iloc, iloc_end = find(b"iloc", meta + 12, meta_end)
properties, at = 0, ipco + 8
while at < ipco_end:
    at += struct.unpack(">I", data[at:at + 4])[0]
    properties += 1
rotation = struct.pack(">I4sB", 9, b"irot", 1)  # 90 degrees anti-clockwise
out = bytearray(data)
assert data[ipma + 8:ipma + 12] == bytes(4) and data[iloc + 12] == 0x44 and data[iloc + 8] == 0
# One item: its association list is the end of ipma. Later bytes first, so that positions hold.
out[ipma_end:ipma_end] = bytes([0x80 | (properties + 1)])
out[ipma + 18] += 1
out[ipco_end:ipco_end] = rotation
grown = len(rotation) + 1
for box, more in ((meta, grown), (iprp, grown), (ipco, len(rotation)),
                  (ipma + len(rotation), 1)):
    size = struct.unpack(">I", out[box:box + 4])[0]
    out[box:box + 4] = struct.pack(">I", size + more)
extent = iloc + 16 + 2 + 2 + (data[iloc + 13] >> 4) + 2  # first item's first extent offset
assert iloc < iprp
out[extent:extent + 4] = struct.pack(">I", struct.unpack(">I", out[extent:extent + 4])[0] + grown)
open(sys.argv[2], "wb").write(out)
PY

# --- MP4 ---------------------------------------------------------------------------------------
ffmpeg -v error -y -f lavfi -i testsrc=size=16x16:rate=1 -frames:v 2 -c:v libx264 -crf 40 \
  -x264-params no-info=1 -pix_fmt yuv420p -fflags +bitexact -flags +bitexact \
  -movflags use_metadata_tags -metadata AIGC='{"Label":"1","ContentProducer":"test"}' \
  "$out/aigc_key.mp4"

# A film in both orders of its boxes and in fragments, and a sound with a cover and an iTunes list.
film=(-f lavfi -i testsrc=size=32x16:rate=5 -f lavfi -i sine=frequency=440:sample_rate=8000 -t 0.6
  -c:v libx264 -crf 40 -g 1 -x264-params no-info=1 -pix_fmt yuv420p -c:a aac -b:a 8k -shortest
  -fflags +bitexact -flags +bitexact)
ffmpeg -v error -y "${film[@]}" -movflags faststart "$out/plain.mp4"
ffmpeg -v error -y "${film[@]}" "$out/plain.mov"
ffmpeg -v error -y "${film[@]}" -movflags frag_keyframe+empty_moov "$out/fragments.mp4"
picture cover.png 8x8 gray
ffmpeg -v error -y -f lavfi -i sine=frequency=440:sample_rate=8000 -i cover.png -map 0 -map 1 -t 0.3 \
  -c:a aac -b:a 8k -c:v copy -disposition:v attached_pic -metadata title=Song \
  -fflags +bitexact -flags +bitexact "$out/cover.m4a"

# --- Markdown ----------------------------------------------------------------------------------
cat >"$out/mapping.md" <<'MD'
---
title: A test
AIGC:
  Label: "1"
  ContentProducer: 'test'
  ProduceID: abc # a comment
permalink: /test
---

# Text
MD
cat >"$out/flow.md" <<'MD'
---
AIGC: {"Label":"1","ContentProducer":"test","ProduceID":"abc"}
---
Text
MD
printf '\xef\xbb\xbf# A heading first\n\n---\nAIGC:\n    Label: "1"\n    ContentProducer: test\n---\nText\n' \
  >"$out/heading.md"
ls -l "$out"
