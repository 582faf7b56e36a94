# SPDX-License-Identifier: Apache-2.0
"""frei0r_test.py FOLDER PROGRAM PICTURE: the plugins in ffmpeg, melt and GStreamer's bridge."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.dom.minidom

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "common"))
import host_test as host  # noqa: E402
from host_test import ID, must, path, run  # noqa: E402

FOLDER, PROGRAM, PICTURE = sys.argv[1:4]
host.use_own_keyring(PROGRAM)
os.environ["FREI0R_PATH"] = FOLDER
MELT, GST = shutil.which("melt"), shutil.which("gst-launch-1.0")
FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
X264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23"]
PLAIN = path("plain.mkv")
# A photograph under a slowly moving window, still as an avatar film is.
must([*FFMPEG, "-loop", "1", "-r", "8", "-i", PICTURE, "-t", "8", "-vf",
      "crop=480:360:16+8*sin(t):80+40*cos(t),format=yuv420p", "-c:v", "ffv1", PLAIN])


def ffmpeg(filters, output, *options, source=PLAIN, **environment):
    return run([*FFMPEG, "-i", source, "-vf", filters, *(options or X264), path(output)],
               **environment)


def red_share(file):
    """Of the first two pictures of a film."""
    return host.red_share(must([*FFMPEG, "-i", path(file), "-frames:v", "2", "-s", "120x90", "-f", "rawvideo",
                                "-pix_fmt", "rgb24", "-"]))


class Marked(unittest.TestCase):
    def test_ffmpeg_the_program_finds_id_and_signature_and_the_detector_says_so(self):
        log = path("detect.jsonl")
        code, output = ffmpeg(f"frei0r=signmark_embed:|0.25|n|{ID},frei0r=signmark_detect",
                              "out.mp4", SIGNMARK_DETECT_LOG=log)
        self.assertEqual((code, output.count(b"\n")), (0, 1), output)
        self.assertIn(f"signmark_detect: verified, content id {ID}: ", output.decode())
        code, found, item = host.verify(PROGRAM, path("out.mp4"), "--expect", ID)
        self.assertEqual((code, item["verdict"], item["content_id"]), (0, "verified", ID))
        self.assertEqual([finding["state"] for finding in found], ["trusted"])
        line = json.loads(pathlib.Path(log).read_text())
        self.assertEqual((line["answer"], line["content_id"]), ("verified", ID))
        self.assertIn("findings", line["report"])

    def test_a_width_whose_times_are_noise(self):
        code, output = ffmpeg(f"format=rgba,crop=320:360,frei0r=signmark_embed:|0.25|n|{ID}", "noise.mp4", "-t", "4", *X264)
        self.assertEqual((code, output), (0, b""))
        self.assertEqual(host.verify(PROGRAM, path("noise.mp4"), "--expect", ID)[2]["content_id"], ID)

    def test_without_an_id_one_is_drawn_and_said_and_two_filters_lay_the_same(self):
        both = "split[a][b];[a]frei0r=signmark_embed[c];[b]frei0r=signmark_embed:|0.25[d];[c][d]hstack"
        code, output = run([*FFMPEG, "-t", "1", "-i", PLAIN, "-filter_complex", both, *X264,
                            path("two.mp4")])
        self.assertEqual(code, 0)
        self.assertEqual(len(re.findall(rb"signmark_embed: content id [0-9a-f]{16}\n", output)), 1)

    @unittest.skipUnless(MELT, "melt is not installed")
    def test_melt(self):
        must([MELT, PLAIN, "-filter", "frei0r.signmark_embed", f"content-id={ID}", "1=0.25",
              "-consumer", f"avformat:{path('melt.mp4')}", "vcodec=libx264", "preset=ultrafast",
              "crf=23", "an=1"])
        code, _, item = host.verify(PROGRAM, path("melt.mp4"), "--expect", ID)
        self.assertEqual((code, item["verdict"], item["content_id"]), (0, "verified", ID))

    @unittest.skipUnless(GST, "gst-launch-1.0 is not installed")
    def test_gstreamer_bridge(self):
        must([*FFMPEG, "-i", PLAIN, "-t", "4", "-f", "rawvideo", "-pix_fmt", "rgba",
              path("plain.rgba")])
        code, output = run(
            [GST, "-q", "filesrc", f"location={path('plain.rgba')}", "!", "rawvideoparse",
             "format=rgba", "width=480", "height=360", "framerate=8/1", "!",
             "frei0r-filter-signmark-embed", f"content-id={ID}", "!", "filesink",
             f"location={path('gst.rgba')}"],
            GST_REGISTRY=path("registry"))
        if b"no element" in output:
            self.skipTest("gstreamer1.0-plugins-bad is not installed")
        self.assertEqual((code, output), (0, b""))
        must([*FFMPEG, "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "480x360", "-r", "8", "-i",
              path("gst.rgba"), *X264, path("gst.mp4")])
        self.assertEqual(host.verify(PROGRAM, path("gst.mp4"), "--expect", ID)[2]["content_id"], ID)


class Refused(unittest.TestCase):
    def check(self, parameters, reason, before="", **environment):
        code, output = ffmpeg(f"{before}frei0r=signmark_embed:{parameters}", "red.mkv", "-t", "0.2",
                              "-c:v", "ffv1", **environment)
        self.assertEqual(code, 0)
        lines = [line for line in output.decode().splitlines() if "embed: content id" not in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("signmark_embed: ") and reason in lines[0], lines)
        # The reason stands on the picture in other colours.
        self.assertGreater(red_share("red.mkv"), 0.5)

    def test_a_wrong_name_shows_red_pictures_and_says_why(self):
        self.check("nobody", "keys.select.none")
        self.check("|0.25|n||nobody", "keys.select.none")

    def test_values_that_cannot_be_used_show_red_pictures(self):
        self.check("|0.25|n|zz", "cli.content-id")
        self.check("no$name", "frei0r.parameter")

    def test_rows_that_ffmpeg_pads_show_red_pictures(self):
        self.check("", "frei0r.width", before="crop=360:360,")

    def test_a_key_with_a_passphrase_and_no_agent_shows_red_pictures(self):
        self.check("", "keys.", SIGNMARK_HOME=host.locked_keyring(PROGRAM))

    def test_abort_ends_the_host_and_pass_says_unmarked(self):
        def marked(policy):
            return ffmpeg("frei0r=signmark_embed:nobody", "policy.mkv", "-t", "0.2", "-c:v", "ffv1",
                          SIGNMARK_ON_ERROR=policy)
        code, output = marked("abort")
        self.assertEqual(code, 70)
        self.assertIn(b"keys.select.none", output)
        code, output = marked("pass")
        self.assertEqual((code, output.count(b"signmark_embed: UNMARKED: there is no")), (0, 1))
        self.assertLess(red_share("policy.mkv"), 0.1)

    def test_a_missing_plugin_is_seen_by_ffmpeg_and_after_melt_by_the_program(self):
        code, _ = ffmpeg("frei0r=signmark_embed", "none.mp4", FREI0R_PATH=path(""))
        self.assertEqual(code, 1)
        if MELT is None:
            return
        code, _ = run([MELT, PLAIN, "out=1", "-filter", "frei0r.signmark_embed", f"content-id={ID}",
                       "-consumer", f"avformat:{path('none.mkv')}", "vcodec=ffv1", "an=1"],
                      FREI0R_PATH=path(""))
        self.assertEqual(code, 0, "melt has become stricter: README says that it ends with 0")
        self.assertEqual(host.verify(PROGRAM, path("none.mkv"), "--expect", ID)[0], 12)


class Plain(unittest.TestCase):
    def test_detection_never_says_that_a_person_made_it(self):
        code, output = ffmpeg("frei0r=signmark_detect", "same.rgba", "-t", "1", "-f", "rawvideo",
                              "-pix_fmt", "rgba")
        self.assertEqual(code, 0)
        self.assertEqual(output, b"signmark_detect: unknown: no mark was found, which proves nothing\n")
        must([*FFMPEG, "-i", PLAIN, "-t", "1", "-f", "rawvideo", "-pix_fmt", "rgba", path("as.rgba")])
        self.assertEqual(pathlib.Path(path("same.rgba")).read_bytes(),
                         pathlib.Path(path("as.rgba")).read_bytes())

    def test_no_secret_is_seen_from_outside_while_the_host_marks(self):
        command = ["ffmpeg", "-v", "debug", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s",
                   "160x120", "-i", "-", "-vf", "frei0r=signmark_embed", "-f", "null", "-"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        said = b""
        child.stdin.write(bytes(160 * 120 * 4) * 60)
        child.stdin.flush()
        while b"signmark_embed: content id" not in said:
            said += child.stderr.readline()
        seen = host.seen_by_others(child.pid)
        said += child.communicate()[1]
        self.assertIn(b"frei0r=signmark_embed", seen)
        self.assertEqual([s for s in host.secret_spellings() if s in seen + said], [])

    def test_entry_points_alone_are_exported_and_the_files_stay_loaded(self):
        for name in ("embed", "detect"):
            file = os.path.join(FOLDER, f"signmark_{name}.so")
            listed = must(["nm", "-D", "--defined-only", file]).decode().split("\n")[:-1]
            self.assertEqual(len(listed), 9)
            self.assertTrue(all(line.split()[-1].startswith("f0r_") for line in listed), listed)
            self.assertIn(b"NODELETE", must(["readelf", "-d", file]))

    @unittest.skipUnless(MELT, "melt is not installed")
    def test_the_pages_of_kdenlive_and_shotcut_name_the_parameters_that_melt_lists(self):
        listed = must([MELT, "-query", "filter=frei0r.signmark_embed"]).decode()
        names = re.findall(r"identifier: (\d+)\n\s+title: (\S+)", listed)
        self.assertEqual(len(names), 8, listed)
        page = xml.dom.minidom.parse(str(HERE / "kdenlive" / "signmark_embed.xml"))
        self.assertEqual(page.documentElement.getAttribute("tag"), "frei0r.signmark_embed")
        self.assertEqual([tag.getAttribute("name") for tag in page.getElementsByTagName("parameter")],
                         [name for _, name in names])
        controls = (HERE / "shotcut" / "signmark_embed" / "ui.qml").read_text()
        used = re.findall(r"property string (\w+)Parameter: '(\d+)'", controls)
        flat = [(index, name.replace("-", "")) for index, name in names]
        self.assertEqual([(index, name.lower()) for name, index in used], flat)
        self.assertIn("'frei0r.signmark_embed'",
                      (HERE / "shotcut" / "signmark_embed" / "meta.qml").read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
