# SPDX-License-Identifier: Apache-2.0
"""gstreamer_test.py GST_LAUNCH PLUGIN PROGRAM PICTURE: the elements in gst-launch-1.0."""
import array
import functools
import os
import pathlib
import random
import re
import subprocess
import sys
import time
import unittest
import wave

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))
import host_test as host  # noqa: E402
from host_test import ID, path, run  # noqa: E402

LAUNCH, PLUGIN, PROGRAM, PICTURE = sys.argv[1:5]
INSPECT = os.path.join(os.path.dirname(LAUNCH), "gst-inspect-1.0")
host.use_own_keyring(PROGRAM)
os.environ["GST_PLUGIN_PATH"] = os.path.dirname(PLUGIN)
os.environ["GST_REGISTRY"] = path("registry.bin")
os.environ["GST_DEBUG_NO_COLOR"] = "1"
MARK = f"signmarkembed content-id={ID}"
RATE, SECONDS = 44100, 12


@functools.cache
def has(*elements):
    return all(run([INSPECT, "--exists", element])[0] == 0 for element in elements)


def needs(*elements):
    return unittest.skipUnless(has(*elements), f"one of {elements} is missing")


def launch(pipeline, *options, **environment):
    """(exit code, output with messages)."""
    code, output = run([LAUNCH, "-m", *options, *pipeline.split()], **environment)
    return code, output.decode(errors="replace")


def picture(caps, count, rate=10):
    """A source of `count` pictures."""
    return (f"filesrc location={PICTURE} ! pngdec ! imagefreeze num-buffers={count} ! videoscale ! "
            f"videoconvert ! video/x-raw,width=480,height=270,pixel-aspect-ratio=1/1,"
            f"framerate={rate}/1,{caps}")


def field(output, message, name):
    """Of each message of this name: the value of a field."""
    lines = [line for line in output.splitlines() if f" {message}," in line]
    return [re.search(rf" {name}=\([a-z0-9]+\)\"?([^,;\"]*)", line).group(1) for line in lines]


def sound():
    """Noise with a slow tremolo, as loud as speech: the name of a WAV file, stereo, 16 bits."""
    name = path("plain.wav")
    if not os.path.exists(name):
        dice = random.Random(7)
        samples, low = array.array("h"), 0.0
        for i in range(RATE * SECONDS):
            low = 0.97 * low + dice.uniform(-400, 400) * (1 + (i // 3000) % 5)
            samples.extend((int(low), int(0.8 * low)))
        with wave.open(name, "wb") as file:
            file.setparams((2, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
    return name


def samples_of(name):
    with wave.open(path(name)) as file:
        return file.getnframes()


# What stands before a file in a pipeline; the first that is installed.
CONTAINERS = [("x264enc speed-preset=ultrafast ! h264parse", "mp4mux", "x264enc h264parse mp4mux"),
              ("vp8enc deadline=1 target-bitrate=1000000", "matroskamux", "vp8enc matroskamux"),
              ("theoraenc", "oggmux", "theoraenc oggmux"),
              ("jpegenc", "avimux", "jpegenc avimux")]
CONTAINERS = [(encoder, muxer) for encoder, muxer, elements in CONTAINERS if has(*elements.split())]


@unittest.skipUnless(has("pngdec", "imagefreeze", "videoscale"), "gstreamer1.0-plugins-good is missing")
class Film(unittest.TestCase):
    @unittest.skipUnless(CONTAINERS, "no encoder is installed")
    def test_the_program_and_the_detector_find_id_and_signature(self):
        encoder, muxer = CONTAINERS[0]
        code, output = launch(f"{picture('format=I420', 100)} ! {MARK} ! signmarkdetect ! {encoder} ! "
                              f"identity silent=false ! {muxer} ! filesink location={path('film')}", "-v")
        self.assertEqual(code, 0, output)
        self.assertEqual(field(output, "signmark-marked", "content-id"), [ID])
        self.assertEqual(field(output, "signmark-marked", "marked"), ["100"])
        self.assertEqual(set(field(output, "signmark-detected", "verdict")), {"verified"})
        self.assertEqual(field(output, "signmark-detected", "final"), ["false", "true"])
        self.assertEqual(set(field(output, "signmark-detected", "content-id")), {ID})
        code, found, item = host.verify(PROGRAM, path("film"), "--expect", ID)
        self.assertEqual((code, item["verdict"], item["content_id"]), (0, "verified", ID))
        self.assertEqual([finding["state"] for finding in found], ["trusted"])
        chains = [line for line in output.splitlines() if "chain" in line and re.search("pts: [0-9]", line)]
        keys = {re.search(r"pts: [0-9]+:[0-9]+:([0-9]+)", line).group(1)
                for line in chains if "delta-unit" not in line}
        self.assertGreaterEqual(len(keys), 5, "a keyframe each two seconds")

    def test_every_format_carries_the_mark(self):
        for form in ("NV12", "Y42B", "Y444", "GRAY8", "I420_10LE", "P010_10LE", "RGBA", "BGRx"):
            code, output = launch(f"{picture(f'format={form}', 12, 5)} ! {MARK} key=none ! "
                                  "signmarkdetect ! fakesink")
            self.assertEqual(code, 0, output)
            self.assertEqual(field(output, "signmark-detected", "verdict"), ["marked"], form)
            self.assertEqual(field(output, "signmark-detected", "content-id"), [ID], form)

    def test_one_content_id_lasts_over_a_change_of_size(self):
        other = picture("format=I420", 20).replace("480", "640")
        code, output = launch(f"concat name=c ! signmarkembed ! signmarkdetect ! fakesink "
                              f"{picture('format=I420', 20)} ! c. {other} ! c.")
        self.assertEqual(code, 0, output)
        drawn = field(output, "signmark-marked", "content-id")
        self.assertRegex(drawn[0], "^[0-9a-f]{16}$")
        self.assertEqual(field(output, "signmark-marked", "marked"), ["40"])
        self.assertEqual(field(output, "signmark-detected", "content-id"), drawn)

    def test_a_detector_says_unknown_and_never_stops_a_film(self):
        for caps in ("format=I420,width=64,height=48", "format=UYVY", "format=ARGB64,width=321"):
            code, output = launch(f"videotestsrc num-buffers=10 ! video/x-raw,{caps} ! "
                                  "signmarkdetect carrier=nobody ! fakesink")
            self.assertEqual(code, 0, output)
            self.assertEqual(field(output, "signmark-detected", "verdict"), ["unknown"])


class Sound(unittest.TestCase):
    def mark(self, options, file):
        code, output = launch(
            f"filesrc location={sound()} ! wavparse ! audioconvert ! signmarkaudioembed "
            f"content-id={ID} {options} ! audioconvert ! audio/x-raw,format=S16LE,layout=interleaved ! "
            f"signmarkaudiodetect ! wavenc ! filesink location={path(file)}")
        self.assertEqual(code, 0, output)
        self.assertEqual(samples_of(file), RATE * SECONDS)
        self.assertEqual(field(output, "signmark-marked", "marked"), [str(RATE * SECONDS)])
        self.assertEqual(field(output, "signmark-detected", "verdict"), ["marked"])
        self.assertEqual(field(output, "signmark-detected", "content-id"), [ID])

    @needs("wavparse", "wavenc", "audioconvert")
    def test_as_many_samples_come_out_and_carry_the_mark(self):
        self.mark("", "sound.wav")
        code, found, item = host.verify(PROGRAM, path("sound.wav"), "--expect", ID)
        self.assertEqual((code, item["verdict"], item["content_id"]), (13, "marked", ID))
        self.assertEqual([finding["state"] for finding in found], ["present"])

    @needs("wavparse", "wavenc", "audioconvert")
    def test_live_and_planar(self):
        self.mark("live=true ! audio/x-raw,layout=non-interleaved", "live.wav")


class Refused(unittest.TestCase):
    SOURCE = "videotestsrc num-buffers=5 ! video/x-raw,format=RGBx,width=320,height=240"

    def check(self, pipeline, reason, **environment):
        code, output = launch(f"{pipeline} ! filesink location={path('no')}", **environment)
        self.assertNotEqual(code, 0)
        self.assertIn(reason, output)
        self.assertTrue(not os.path.exists(path("no")) or os.path.getsize(path("no")) == 0)

    def test_a_wrong_or_missing_key_or_value_leaves_nothing(self):
        self.check(f"{self.SOURCE} ! signmarkembed key=nobody", "keys.select.none")
        self.check(f"{self.SOURCE} ! signmarkembed carrier=nobody", "keys.select.none")
        self.check(f"{self.SOURCE} ! signmarkembed content-id=12", "content-id")
        self.check(f"{self.SOURCE} ! signmarkembed", "keys.select.none", SIGNMARK_HOME=path("empty"))
        self.check("audiotestsrc num-buffers=9 ! signmarkaudioembed key=nobody", "keys.select.none")

    def test_a_key_with_a_passphrase_and_no_agent_leaves_nothing(self):
        self.check(f"{self.SOURCE} ! signmarkembed", "keys.", SIGNMARK_HOME=host.locked_keyring(PROGRAM))

    def test_pictures_that_are_too_small_leave_nothing(self):
        self.check("videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=64,height=64 ! "
                   "signmarkembed", "video.mark.size")

    def test_a_missing_plugin_leaves_nothing(self):
        listed = run([INSPECT, "coreelements"])[1].decode()
        core = re.search(r"Filename +(\S+)", listed).group(1)
        os.mkdir(path("core"))
        os.symlink(core, os.path.join(path("core"), os.path.basename(core)))
        self.check("fakesrc num-buffers=1 ! signmarkembed", 'no element "signmarkembed"',
                   GST_PLUGIN_PATH="", GST_PLUGIN_SYSTEM_PATH=path("core"), GST_REGISTRY=path("core/r"))

    def test_pass_says_that_the_output_is_unmarked(self):
        code, output = launch(f"{self.SOURCE} ! signmarkembed key=nobody on-error=pass ! "
                              f"filesink location={path('passed')}")
        self.assertEqual(code, 0)
        self.assertIn("UNMARKED output: ", output)
        self.assertEqual(field(output, "signmark-marked", "unmarked"), ["5"])
        plain = launch(f"{self.SOURCE} ! filesink location={path('plain')}")
        self.assertEqual(plain[0], 0)
        self.assertEqual(pathlib.Path(path("passed")).read_bytes(), pathlib.Path(path("plain")).read_bytes())

    def test_slate_shows_red_pictures_and_silence(self):
        code, output = launch(f"{self.SOURCE} ! signmarkembed key=nobody on-error=slate ! "
                              f"filesink location={path('slate')}")
        self.assertEqual(code, 0)
        self.assertIn("replaced by a slate: ", output)
        frame = bytearray(pathlib.Path(path("slate")).read_bytes()[:320 * 240 * 4])
        del frame[3::4]
        self.assertGreater(host.red_share(frame), 0.5)
        code, _ = launch("audiotestsrc num-buffers=9 ! signmarkaudioembed key=nobody on-error=slate ! "
                         f"filesink location={path('silence')}")
        self.assertEqual(code, 0)
        self.assertEqual(set(pathlib.Path(path("silence")).read_bytes()), {0})


class Module(unittest.TestCase):
    def test_no_element_needs_a_key_to_exist(self):
        code, output = run([INSPECT, "signmark"], SIGNMARK_HOME=path("empty"))
        self.assertEqual(code, 0)
        self.assertIn(b"4 features", output)

    def test_the_module_exports_its_entry_points_alone(self):
        listed = subprocess.run(["nm", "-D", "--defined-only", PLUGIN], check=True,
                                capture_output=True, text=True).stdout
        self.assertEqual([line.split()[-1] for line in listed.splitlines()],
                         ["gst_plugin_signmark_get_desc", "gst_plugin_signmark_register"])

    def test_no_secret_is_seen(self):
        running = subprocess.Popen(
            [LAUNCH, "-v", "-m", *Refused.SOURCE.replace("=5", "=-1").split(), "!", "signmarkembed",
             "!", "fakesink", "sync=true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "GST_DEBUG": "*:4"})
        time.sleep(0.7)
        seen = host.seen_by_others(running.pid)
        running.terminate()
        seen += running.communicate()[0]
        self.assertIn(b"signmarkembed", seen)
        for secret in host.secret_spellings():
            self.assertNotIn(secret, seen)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
