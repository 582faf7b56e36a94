#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record.py BUILD_DIR PICTURE: the real program obs records a marked scene, headless; by hand.

Needs obs-studio and xvfb. Prints what `signmark verify --expect` says of the film, and of one that
obs records when the module is not there.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

BUILD, PICTURE = map(os.path.abspath, sys.argv[1:3])
ID = "00112233445566aa"
SECONDS = 25  # of the whole run; obs takes some to start
PROGRAM = os.path.join(BUILD, "signmark")
WORK = tempfile.TemporaryDirectory(prefix="signmark-obs-")
HOME = pathlib.Path(WORK.name)
CONFIG = HOME / ".config" / "obs-studio"
ENVIRONMENT = {**os.environ, "HOME": str(HOME), "XDG_CONFIG_HOME": str(HOME / ".config"),
               "XDG_RUNTIME_DIR": str(HOME), "SIGNMARK_HOME": str(HOME / "signmark"),
               "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}

GLOBAL = """[General]
FirstRun=true
LicenseAccepted=true
EnableAutoUpdates=false
[Basic]
Profile=test
ProfileDir=test
SceneCollection=test
SceneCollectionFile=test
"""
PROFILE = f"""[General]
Name=test
[Output]
Mode=Simple
[SimpleOutput]
FilePath={HOME}
RecFormat=mkv
RecQuality=Stream
VBitrate=2500
StreamEncoder=x264
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSType=1
FPSInt=10
"""


def source(kind, name, settings, *filters):
    return {"id": kind, "versioned_id": kind, "name": name, "settings": settings, "enabled": True,
            "filters": list(filters)}


def scene_collection():
    """A photograph that fills the canvas and creeps, in a scene that is marked."""
    item = {"name": "photo", "id": 1, "visible": True, "pos": {"x": 0.0, "y": 0.0},
            "scale": {"x": 1.25, "y": 1.25}, "align": 5, "bounds_type": 0}
    photo = source("image_source", "photo", {"file": PICTURE},
                   source("scroll_filter", "creep", {"speed_x": 4.0, "speed_y": 0.0}))
    scene = source("scene", "Scene", {"id_counter": 1, "custom_size": False, "items": [item]},
                   source("signmark_embed", "mark", {"content-id": ID}))
    return {"name": "test", "current_scene": "Scene", "current_program_scene": "Scene",
            "scene_order": [{"name": "Scene"}], "sources": [photo, scene]}


def configure():
    for folder in ("basic/profiles/test", "basic/scenes"):
        (CONFIG / folder).mkdir(parents=True, exist_ok=True)
    (CONFIG / "global.ini").write_text(GLOBAL)
    (CONFIG / "basic/profiles/test/basic.ini").write_text(PROFILE)
    (CONFIG / "basic/scenes/test.json").write_text(json.dumps(scene_collection()))


def record(with_module):
    """The film that obs leaves, and its log."""
    configure()
    environment = dict(ENVIRONMENT)
    if with_module:
        environment["OBS_PLUGINS_PATH"] = os.path.join(BUILD, "plugins", "obs", "bin")
        environment["OBS_PLUGINS_DATA_PATH"] = os.path.join(BUILD, "plugins", "obs", "data")
    log = HOME / "obs.log"
    with open(log, "wb") as output:
        child = subprocess.Popen(["xvfb-run", "-a", "-s", "-screen 0 1280x720x24", "obs", "--multi",
                                  "--collection", "test", "--profile", "test", "--startrecording"],
                                 env=environment, stdout=output, stderr=output,
                                 start_new_session=True)
        time.sleep(SECONDS)
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=30)
    (film,) = HOME.glob("*.mkv")  # which survives its writer
    return film, log.read_text(errors="replace")


subprocess.run([PROGRAM, "-q", "key", "new", "--no-passphrase"], check=True, env=ENVIRONMENT,
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
for with_module in (True, False):
    film, log = record(with_module)
    print("with the module" if with_module else "without the module")
    for line in log.splitlines():
        if "signmark" in line.lower():
            print("  obs:", line)
    done = subprocess.run([PROGRAM, "verify", "--expect", ID, film], env=ENVIRONMENT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(f"  {done.stdout.splitlines()[0]}\n  exit code {done.returncode}", flush=True)
    film.unlink()
