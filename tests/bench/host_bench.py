#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU time that our plugins cost their hosts, against filters of the host that do nothing.

    host_bench.py BUILD_DIR [HOST ...]

A run over a long film or sound less one over a short one, so that starting counts for nothing; the
least of three. `over` is what a row costs more than the one it is compared with.
"""
import os
import subprocess
import sys
import tempfile
from collections import namedtuple

from measure import run

BUILD = os.path.abspath(sys.argv[1])
WORK = tempfile.TemporaryDirectory(prefix="signmark-bench-")
os.environ["SIGNMARK_HOME"] = os.path.join(WORK.name, "home")
os.environ["GST_PLUGIN_PATH"] = os.path.join(BUILD, "plugins", "gstreamer", "plugin")
os.environ["GST_REGISTRY"] = os.path.join(WORK.name, "registry.bin")
os.environ["FREI0R_PATH"] = os.path.join(BUILD, "plugins", "frei0r")
os.environ["LV2_PATH"] = os.path.join(BUILD, "plugins", "lv2", "bundles")
os.environ["LADSPA_PATH"] = os.path.join(BUILD, "plugins", "ladspa", "libraries") + ":/usr/lib/ladspa"
SHORT, LONG = 10, 160  # pictures, or seconds of sound
ROUNDS = 3

# `command` takes a number of pictures (or seconds of sound) and gives the arguments of a
# host; `against` is the name of the row with which this one is compared, or None.
Row = namedtuple("Row", "name command against")


def film():
    """1080p as an encoder of cameras leaves it, made once; decoding it costs every row the same."""
    path = os.path.join(WORK.name, "film.mkv")
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=480x270:r=25",
                        "-frames:v", str(LONG), "-vf", "scale=1920:1080,noise=alls=6,format=yuv420p",
                        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", path], check=True)
    return path


def ffmpeg_film():
    def command(filters):
        return lambda count: ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", film(),
                              "-frames:v", str(count), *(["-vf", filters] if filters else []), "-f",
                              "null", "-"]
    null = "yuv420p > rgba > yuv420p"
    return [Row("no filter", command(""), None),
            Row(null, command("format=rgba,format=yuv420p"), "no filter"),
            Row("signmark_embed", command("frei0r=signmark_embed,format=yuv420p"), null),
            Row("signmark_embed, label", command("frei0r=signmark_embed:|0.25|y,format=yuv420p"), null),
            Row("signmark_detect", command("frei0r=signmark_detect,format=yuv420p"), null)]


def sound():
    """Stereo, 48 kHz, never silent: the mark costs the same in every sound."""
    path = os.path.join(WORK.name, "sound.wav")
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.3:r=48000",
                        "-t", str(LONG), "-ac", "2", path], check=True)
    return path


def ffmpeg_sound():
    def command(filters):
        return lambda count: ["ffmpeg", "-v", "error", "-nostdin", "-t", str(count), "-i", sound(),
                              "-af", filters, "-f", "null", "-"]
    copy = "ladspa amp_stereo, which copies"  # of ladspa-sdk
    return [Row("anull", command("anull"), None),
            Row(copy, command("ladspa=amp:amp_stereo:c=c0=1"), "anull"),
            Row("lv2 urn:signmark:embed", command(r"lv2=p=urn\\:signmark\\:embed"), copy),
            Row("ladspa signmark_embed_stereo",
                command("ladspa=signmark_ladspa:signmark_embed_stereo"), copy),
            Row("ladspa signmark_embed, twice", command("ladspa=signmark_ladspa:signmark_embed"), copy),
            Row("lv2 urn:signmark:detect", command(r"lv2=p=urn\\:signmark\\:detect"), copy)]


def gstreamer(source, elements):
    return lambda count: ["gst-launch-1.0", "-q", "filesrc", *f"location={source()} ! {elements}"
                          .replace("COUNT", str(count)).split(), "!", "fakesink"]


def gstreamer_film():
    def command(element):
        return gstreamer(film, "matroskademux ! h264parse ! avdec_h264 max-threads=1 ! "
                               f"identity eos-after=COUNT ! {element}")
    return [Row("identity", command("identity"), None),
            Row("signmarkembed, I420", command("signmarkembed"), "identity"),
            Row("signmarkembed, I420, label", command("signmarkembed label=true"), "identity"),
            Row("signmarkdetect, marked film", command("signmarkembed ! signmarkdetect"),
                "signmarkembed, I420"),
            Row("signmarkdetect, unmarked film", command("signmarkdetect"), "identity")]


def gstreamer_sound():
    def command(element):
        second = "audiobuffersplit output-buffer-duration=1/1 ! identity eos-after=COUNT"
        return gstreamer(sound, f"wavparse ! {second} ! audioconvert ! audio/x-raw,format=F32LE ! {element}")
    return [Row("identity", command("identity"), None),
            Row("signmarkaudioembed", command("signmarkaudioembed"), "identity"),
            Row("signmarkaudioembed, live", command("signmarkaudioembed live=true"), "identity"),
            Row("signmarkaudiodetect", command("signmarkaudiodetect"), "identity")]


def obs_film():
    """In real time, ten pictures a second; without a graphics card the processor does its work."""
    module = os.path.join(BUILD, "plugins", "obs", "bin", "signmark.so")
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    os.environ.update(LIBGL_ALWAYS_SOFTWARE="1", HOME=WORK.name)

    def command(*settings):
        return lambda count: ["xvfb-run", "-a", "-s", "-screen 0 640x480x24",
                              os.path.join(BUILD, "signmark_obs_test_host"), module,
                              os.path.join(root, "plugins", "obs", "data"),
                              os.path.join(root, "test_media", "pictures", "astronaut.png"), "1920",
                              "1080", "10", str(count), "/dev/null", *settings]
    return [Row("no filter", command(), None),
            Row("signmark_embed", command("{}"), "no filter"),
            Row("signmark_embed, label", command('{"label": true}'), "no filter")]


PYTHON = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import signmark
how, count = sys.argv[2], int(sys.argv[3])
frame = np.random.default_rng(1).integers(60, 90, (1080, 1920, 3), np.uint8)
frame += (np.arange(1920, dtype=np.uint8) % 100)[None, :, None]
floats = frame.astype(np.float32) / 255
marker = signmark.FilmMarker(1920, 1080)
for i in range(count):
    if how == "copy":
        frame.copy()
    else:
        marker.mark(floats if how == "floats" else frame, i / 25)
"""


def python_film():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    os.environ["SIGNMARK_LIBRARY"] = os.path.join(BUILD, "libsignmark.so")

    def command(how):
        return lambda count: ["/usr/bin/python3", "-c", PYTHON, os.path.join(root, "plugins", "python"),
                              how, str(count)]
    return [Row("a copy of the frame", command("copy"), None),
            Row("FilmMarker.mark, uint8", command("bytes"), "a copy of the frame"),
            Row("FilmMarker.mark, float32", command("floats"), "a copy of the frame")]


NODE = """
const signmark = require(process.argv[1]);
const [, , how, count] = process.argv;
const data = Buffer.alloc(960 * 540 * 3);
for (let i = 0; i < data.length; i += 1) data[i] = 60 + (i * 7919 % 30) + (i % 1440) / 20;
(async () => {
  for (let i = 0; i < count; i += 1) {
    if (how === 'copy') Buffer.from(data);
    else await signmark.markPixels({ data, width: 960, height: 540, channels: 3 }, { layers: 'robust' });
  }
})();
"""


def node_pictures():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    os.environ["SIGNMARK_NODE_ADDON"] = os.path.join(BUILD, "plugins", "node", "signmark.node")

    def command(how):
        return lambda count: ["node", "-e", NODE, os.path.join(root, "plugins", "node"), how,
                              str(count // 10)]
    return [Row("a copy of the samples", command("copy"), None),
            Row("markPixels", command("mark"), "a copy of the samples")]


HOSTS = {  # name: (unit, what makes the rows)
    "ffmpeg": ("picture of 1920 x 1080", ffmpeg_film),
    "obs": ("picture of 1920 x 1080", obs_film),
    "sound": ("second of sound, 48 kHz stereo", ffmpeg_sound),
    "python": ("picture of 1920 x 1080", python_film),
    "node": ("tenth of a picture of 960 x 540", node_pictures),
    "gstreamer-film": ("picture of 1920 x 1080", gstreamer_film),
    "gstreamer-sound": ("second of 48 kHz stereo", gstreamer_sound),
}


def milliseconds(command):
    def least(count):
        return min(run(command(count))[1] for _ in range(ROUNDS))
    return 1000 * (least(LONG) - least(SHORT)) / (LONG - SHORT)


def main():
    subprocess.run([os.path.join(BUILD, "signmark"), "-q", "key", "new", "--no-passphrase"],
                   check=True, stdout=subprocess.DEVNULL)
    for host in sys.argv[2:] or HOSTS:
        unit, rows = HOSTS[host]
        print(f"{host}, CPU ms a {unit:34}{'ms':>8}{'over':>8}")
        measured = {}
        for row in rows():
            measured[row.name] = milliseconds(row.command)
            over = measured[row.name] - measured[row.against] if row.against else 0
            print(f"  {row.name:50}{measured[row.name]:8.2f}"
                  + (f"{over:8.2f}  than {row.against}" if row.against else ""), flush=True)


main()
