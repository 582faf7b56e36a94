#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes test_media/samples/ for PNG, JPEG, WebP and GIF: pictures of test patterns, a few hundred bytes
# to 4 KB each, so that tests may cut them at every byte. Run from anywhere; writes beside itself.
# Debian packages: ffmpeg libimage-exiftool-perl libjpeg-turbo-progs webp gifsicle python3
set -euo pipefail
cd "$(dirname "$0")/samples"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ff() { ffmpeg -hide_banner -loglevel error -y -bitexact "$@"; }
exif() { exiftool -q -overwrite_original "$@"; }
pattern() { ff -f lavfi -i "testsrc=size=48x32:rate=5:duration=0.6" "$@"; }  # 3 frames

# A colour profile of about 400 bytes: sRGB primaries, gamma 2.2 (ICC.1:2001, matrix profile).
python3 - "$work/small.icc" <<'PY'
import struct
import sys

def xyz(*values):
    return b'XYZ \0\0\0\0' + b''.join(struct.pack('>i', round(v * 65536)) for v in values)

curve = b'curv\0\0\0\0' + struct.pack('>IH', 1, round(2.2 * 256)) + b'\0\0'
name = b'desc\0\0\0\0' + struct.pack('>I', 6) + b'small\0' + b'\0' * 78
texts = b'text\0\0\0\0CC0\0'
tags = [(b'desc', name), (b'cprt', texts), (b'wtpt', xyz(.9642, 1, .8249)),
        (b'rXYZ', xyz(.4360, .2225, .0139)), (b'gXYZ', xyz(.3851, .7169, .0971)),
        (b'bXYZ', xyz(.1431, .0606, .7141)), (b'rTRC', curve), (b'gTRC', curve), (b'bTRC', curve)]
table, data = b'', b''
for tag, value in tags:
    value += b'\0' * (-len(value) % 4)
    table += tag + struct.pack('>II', 128 + 4 + 12 * len(tags) + len(data), len(value))
    data += value
body = struct.pack('>I', len(tags)) + table + data
head = struct.pack('>I4sI4s4s4s', 128 + len(body), b'none', 0x02100000, b'mntr', b'RGB ', b'XYZ ')
head += struct.pack('>6H', 2026, 1, 1, 0, 0, 0) + b'acsp' + b'\0' * 28
head += struct.pack('>3i', *(round(v * 65536) for v in (.9642, 1, .8249)))
open(sys.argv[1], 'wb').write(head.ljust(128, b'\0') + body)
PY

# PNG
pattern -frames:v 1 -pix_fmt rgb24 rgb.png
pattern -frames:v 1 "$work/one.png"
ff -i "$work/one.png" -vf "split[a][b];[a]palettegen=max_colors=32[p];[b][p]paletteuse=dither=none" palette.png
pattern -frames:v 1 -vf scale=24:16 -pix_fmt gray16be grey16.png
ff -f lavfi -i "testsrc=size=24x16:rate=5:duration=0.6" -frames:v 3 -plays 0 -f apng animated.png
cp rgb.png text.png
exif -z '-icc_profile<='"$work/small.icc" -XMP-dc:Description='a test pattern' text.png
exif -PNG:Comment='kept as it is' -EXIF:Orientation#=3 -EXIF:UserComment='in the eXIf chunk' text.png
python3 - text.png <<'PY'
import struct
import sys
import zlib

def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

png = open(sys.argv[1], 'rb').read()
label = b'{"AIGC":{"Label":"1","ContentProducer":"test"}}'
end = len(png) - 12
late = chunk(b'tEXt', b'AIGC\0' + label) + chunk(b'zTXt', b'Note\0\0' + zlib.compress(b'n' * 300))
open(sys.argv[1], 'wb').write(png[:end] + late + png[end:])
PY

# JPEG
pattern -frames:v 1 -pix_fmt rgb24 "$work/rgb.ppm"
cjpeg -quality 60 -baseline -optimize "$work/rgb.ppm" > baseline.jpg
cjpeg -quality 60 -progressive -restart 2B "$work/rgb.ppm" > progressive.jpg
cjpeg -quality 60 -baseline -optimize "$work/rgb.ppm" > exif_icc.jpg
exif -n -EXIF:Orientation=6 -EXIF:UserComment='a user comment' -EXIF:ImageDescription='a description' exif_icc.jpg
exif '-icc_profile<='"$work/small.icc" -Comment='a comment' exif_icc.jpg
cp baseline.jpg xmp.jpg
exif -XMP-dc:Description='a test pattern' xmp.jpg

# WebP
pattern -frames:v 1 -pix_fmt rgb24 "$work/rgb.png"
pattern -frames:v 1 -vf "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='X*5'" "$work/rgba.png"
cwebp -quiet -q 40 "$work/rgb.png" -o lossy.webp
cwebp -quiet -lossless "$work/rgba.png" -o lossless_alpha.webp
pattern -frames:v 3 "$work/f%d.png"
img2webp -loop 0 -lossy -q 20 -d 200 "$work"/f1.png "$work"/f2.png "$work"/f3.png -o animated.webp > /dev/null
cp lossy.webp metadata.webp
exif -n -EXIF:Orientation=8 -XMP-dc:Description='a test pattern' metadata.webp
webpmux -set icc "$work/small.icc" metadata.webp -o metadata.webp 2> /dev/null

# GIF
pattern -frames:v 1 -loop -1 "$work/still.gif"
python3 - "$work/still.gif" still_87a.gif <<'PY'
import sys

# Without the control extension, which version 87a does not know.
gif = open(sys.argv[1], 'rb').read()
control = gif.index(b'\x21\xF9\x04')
open(sys.argv[2], 'wb').write(b'GIF87a' + gif[6:control] + gif[control + 8:])
PY
pattern -frames:v 3 -vf "split[a][b];[a]palettegen=max_colors=16[p];[b][p]paletteuse=dither=none" "$work/moving.gif"
gifsicle --no-warnings -O2 --loopcount=forever --comment 'a comment' "$work/moving.gif" -o animated.gif
cp animated.gif xmp.gif
exif -XMP-dc:Description='a test pattern' xmp.gif

ls -l -- *.png *.jpg *.webp *.gif
