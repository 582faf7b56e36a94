# SPDX-License-Identifier: Apache-2.0
"""python_test.py LIBRARY PROGRAM PICTURE: the package against the real library, as a host uses it."""
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

LIBRARY, PROGRAM, PICTURE = sys.argv[1:4]
HOME = tempfile.TemporaryDirectory(prefix="signmark-python-")
os.environ["SIGNMARK_LIBRARY"] = LIBRARY
os.environ["SIGNMARK_HOME"] = HOME.name
subprocess.run([PROGRAM, "key", "new", "--no-passphrase"], check=True, stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

import signmark  # noqa: E402
from signmark import a1111, comfyui  # noqa: E402

PHOTO = Image.open(PICTURE).convert("RGB")


def program_verdict(path):
    """Exit code of the program on a file that Python made."""
    return subprocess.run([PROGRAM, "verify", str(path)], stdout=subprocess.DEVNULL).returncode


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=HOME.name))
        self.source = self.folder / "in.png"
        PHOTO.save(self.source)

    def test_marks_a_file_that_the_program_verifies_and_records_it(self):
        report = signmark.mark_file(self.source, self.folder / "out.png")
        self.assertEqual(program_verdict(self.folder / "out.png"), 0)
        self.assertIn("ledger", report)
        found = signmark.verify_file(self.folder / "out.png")
        self.assertEqual((found["verdict"], found["content_id"]), ("verified", report["content_id"]))

    def test_marks_bytes_and_saves_whole_files(self):
        data, report = signmark.mark_bytes(self.source.read_bytes(), options={"producer": "acme"})
        self.assertEqual(report["aigc"]["ContentProducer"], "acme")
        self.assertEqual(signmark.verify_bytes(data)["verdict"], "verified")
        signmark.save(PHOTO, self.folder / "saved.jpg", save_options={"quality": 92})
        self.assertEqual(program_verdict(self.folder / "saved.jpg"), 0)

    def test_a_failure_raises_with_its_code_and_leaves_nothing(self):
        with self.assertRaises(signmark.SignmarkError) as caught:
            signmark.mark_file(self.source, self.folder / "no.png", signer=None,
                               options={"layers": "nonsense"})
        self.assertEqual((caught.exception.code, caught.exception.kind), ("pipeline.layers", "usage"))
        with self.assertRaises(signmark.SignmarkError) as caught:
            signmark.save(PHOTO, self.folder / "no.png", signer=signmark.Signer(),
                          options={"text": "no element"})
        self.assertEqual(caught.exception.kind, "refused")
        with self.assertRaises(signmark.SignmarkError) as caught:
            signmark.Signer("nobody")
        self.assertEqual(caught.exception.kind, "key")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["in.png"])


class Pixels(unittest.TestCase):
    def check(self, array, **how):
        marked, report = signmark.mark_array(array, options={"layers": "robust"}, **how)
        self.assertEqual((marked.dtype, marked.shape), (array.dtype, array.shape))
        self.assertFalse(np.array_equal(marked, array))
        found = signmark.verify_array(marked, **how)
        self.assertEqual((found["verdict"], found["content_id"]), ("verified", report["content_id"]))
        return marked

    def test_every_kind_of_sample_and_layout(self):
        rgb = np.asarray(PHOTO)
        self.check(rgb)
        self.check(rgb[:, :, 0])
        self.check(rgb.astype(np.uint16) * 257)
        self.check(rgb[::-1, :, ::-1])  # negative strides
        self.check(np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]))
        planar = np.ascontiguousarray(rgb.transpose(2, 0, 1)).astype(np.float32) / 127.5 - 1
        marked = self.check(planar, layout="CHW", value_range=(-1, 1))
        self.assertLess(np.abs(marked - planar).max(), 0.2)

    def test_the_mark_survives_saving_and_the_array_is_not_changed(self):
        before = np.asarray(PHOTO).copy()
        picture, _ = signmark.mark_image(PHOTO)
        self.assertTrue(np.array_equal(before, np.asarray(PHOTO)))
        path = pathlib.Path(HOME.name) / "pixels.jpg"
        picture.save(path, quality=85)
        self.assertEqual(program_verdict(path), 0)

    def test_wrong_arrays_and_marked_ones_are_refused(self):
        with self.assertRaises(TypeError):
            signmark.mark_array(np.zeros((64, 64, 3), np.int64))
        with self.assertRaises(ValueError):
            signmark.mark_array(np.zeros((2, 64, 64, 3), np.uint8))
        with self.assertRaises(signmark.SignmarkError):
            signmark.mark_array(np.zeros((64, 64, 2), np.uint8))
        with self.assertRaises(signmark.SignmarkError):
            signmark.mark_array(signmark.mark_array(np.asarray(PHOTO))[0])

    def test_four_threads_share_the_library(self):
        problems = []

        def work():
            try:
                self.check(np.asarray(PHOTO))
            except BaseException as problem:  # noqa: BLE001  (handed to the main thread)
                problems.append(problem)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])


def film(frames=60, width=384, height=216):
    """A view that wanders over the photograph."""
    picture = np.asarray(PHOTO)
    room = picture.shape[0] - height, picture.shape[1] - width
    places = [(room[0] * i // frames, room[1] * (i * 2 % frames) // frames) for i in range(frames)]
    return np.stack([picture[y:y + height, x:x + width] for y, x in places])


def sound(seconds=20, rate=16000):
    """Soft noise, low-pass filtered, in two channels."""
    noise = np.random.default_rng(3).normal(0, 0.1, (2, seconds * rate)).astype(np.float32)
    return np.stack([np.convolve(row, np.ones(8) / 8, "same") for row in noise]).astype(np.float32)


class Streams(unittest.TestCase):
    def test_frames_keep_their_mark_through_an_encoder(self):
        rate, source = 6, film()
        marked, report = signmark.mark_frames(source, rate)
        self.assertTrue(report["streams"]["picture"]["signed_frame"])
        self.assertEqual(signmark.verify_frames(marked, rate)["verdict"], "verified")
        path = os.path.join(HOME.name, "film.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s",
                        f"{source.shape[2]}x{source.shape[1]}", "-r", str(rate), "-i", "-", "-pix_fmt",
                        "yuv420p", "-crf", "20", "-g", "12", path], input=marked.tobytes(), check=True)
        found = signmark.verify_file(path)
        self.assertEqual((found["verdict"], found["content_id"]), ("verified", report["content_id"]))

    def test_float_frames_keep_their_precision(self):
        source = film(12).astype(np.float32) / 255 * 0.9 + 0.0421
        marked, _ = signmark.mark_frames(source, 6)
        change = (marked - source)[1:] * 255
        self.assertLess(np.abs(change - np.rint(change)).max(), 1e-3)
        self.assertGreater(np.abs(change).max(), 0.5)

    def test_a_sound_carries_the_id_and_stays_as_long(self):
        source = sound()
        marked, report = signmark.mark_sound(source, 16000)
        self.assertEqual(marked.shape, source.shape)
        found = signmark.verify_sound(marked, 16000)
        self.assertEqual((found["verdict"], found["content_id"]), ("marked", report["content_id"]))
        self.assertEqual(signmark.verify_sound(source, 16000)["content_id"], "")

    def test_what_cannot_be_marked_raises(self):
        with self.assertRaises(signmark.SignmarkError) as caught:
            signmark.FilmMarker(40, 40)
        self.assertEqual(caught.exception.code, "video.mark.size")
        with self.assertRaises(ValueError):
            signmark.mark_frames(np.zeros((3, 200, 200), np.uint8), 24)


class Hosts(unittest.TestCase):
    def test_a1111_marks_what_it_saves(self):
        params = type("Params", (), {})()
        params.image, params.filename = PHOTO, str(pathlib.Path(HOME.name) / "a1111.png")
        a1111.before_image_saved(params)
        params.image.save(params.filename)
        a1111.image_saved(params)
        self.assertEqual(program_verdict(params.filename), 0)

    def test_a1111_without_a_key_saves_a_slate(self):
        params = type("Params", (), {})()
        params.image, params.filename = PHOTO, str(pathlib.Path(HOME.name) / "slate.png")
        script = ("import sys; sys.path.insert(0, sys.argv[1])\n"
                  "from PIL import Image\nfrom signmark import a1111\n"
                  "p = type('P', (), {})(); p.image = Image.new('RGB', (256, 256), 'green')\n"
                  "a1111.before_image_saved(p)\nprint(p.image.getpixel((250, 250)))")
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([sys.executable, "-c", script, str(pathlib.Path(__file__).parent)],
                                  env={**os.environ, "SIGNMARK_HOME": empty}, capture_output=True,
                                  text=True, check=True)
        self.assertEqual(done.stdout.strip(), "(200, 0, 0)")
        self.assertIn("NOT MARKED", done.stderr)

    def test_comfyui_names_its_nodes(self):
        self.assertEqual(set(comfyui.NODE_CLASS_MAPPINGS), set(comfyui.NODE_DISPLAY_NAME_MAPPINGS))
        for node in comfyui.NODE_CLASS_MAPPINGS.values():
            self.assertTrue(callable(getattr(node, node.FUNCTION)))
            self.assertIn("required", node.INPUT_TYPES())

    def test_comfyui_and_diffusers_with_real_tensors(self):
        try:
            import torch
        except ImportError:
            self.skipTest("python3-torch is not installed")
        from signmark.diffusers import SignmarkWatermarker

        batch = torch.from_numpy(np.asarray(PHOTO).copy())[None].float() / 255
        image, _ = comfyui.SignmarkMark().mark(batch, True, "default", "")
        self.assertEqual(signmark.verify_array(image[0].numpy())["verdict"], "verified")
        frames, _ = comfyui.SignmarkMarkVideo().mark(
            torch.from_numpy(film(60)).float() / 255, 6.0, True, "default", "")
        self.assertEqual(signmark.verify_frames(frames.numpy(), 6)["verdict"], "verified")
        audio = {"waveform": torch.from_numpy(sound())[None], "sample_rate": 16000}
        heard, reports = comfyui.SignmarkMarkAudio().mark(audio, False, "default", "")
        self.assertEqual(heard["waveform"].shape, audio["waveform"].shape)
        self.assertIn("content_id", reports)
        watermarker = SignmarkWatermarker()
        marked = watermarker.apply_watermark(batch.permute(0, 3, 1, 2).half() * 2 - 1)
        self.assertEqual(marked.dtype, torch.float16)
        planar = np.ascontiguousarray(marked[0].float().numpy())
        self.assertEqual(signmark.verify_array(planar, layout="CHW", value_range=(-1, 1))["verdict"],
                         "verified")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
