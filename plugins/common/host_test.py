# SPDX-License-Identifier: Apache-2.0
"""What the tests of host plugins share: a keyring of their own, the program's verdict, a search for
secrets in everything that others can see of a process."""
import base64
import ctypes
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

_FOLDER = tempfile.TemporaryDirectory(prefix="signmark-host-")
ID = "00112233445566aa"


def path(name):
    return os.path.join(_FOLDER.name, name)


def use_own_keyring(program):
    """Keys without a passphrase below path("home"), for this process and those that it starts."""
    os.environ["SIGNMARK_HOME"] = path("home")
    os.environ["XDG_RUNTIME_DIR"] = path("")  # no agent of the user's
    for name in ("SIGNMARK_AGENT_SOCK", "SIGNMARK_ON_ERROR", "CREDENTIALS_DIRECTORY"):
        os.environ.pop(name, None)
    subprocess.run([program, "key", "new", "--no-passphrase"], check=True, capture_output=True)


def locked_keyring(program):
    """The folder of a keyring whose keys have a passphrase; no agent holds them."""
    pathlib.Path(path("passphrase")).write_text("correct horse battery staple\n")
    os.chmod(path("passphrase"), 0o600)
    subprocess.run([program, "key", "new", "--kdf", "interactive", "--passphrase-file",
                    path("passphrase")], check=True, capture_output=True,
                   env={**os.environ, "SIGNMARK_HOME": path("locked")})
    return path("locked")


def run(command, seconds=60, **environment):
    """(exit code, both outputs together); bytes."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=seconds,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout


def must(command, **environment):
    code, output = run(command, **environment)
    assert code == 0, (command, code, output.decode(errors="replace"))
    return output


def verify(program, file, *options):
    """(exit code, the findings that found something, the verdict's line)."""
    done = subprocess.run([program, "--json", "verify", *options, file], capture_output=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = [line for line in lines if line["type"] == "finding" and line["state"] != "absent"]
    return done.returncode, found, next(line for line in lines if line["type"] == "item")


def seed_of(key_file):
    """The 32 secret bytes of a key file without a passphrase (keys.md section 4)."""
    lines = pathlib.Path(key_file).read_text().splitlines()
    whole = base64.b64decode("".join(lines[1:-1]))
    salt, nonce, public, header = whole[17:33], whole[33:57], whole[57:89], whole[:-48]
    key = hashlib.blake2b(b"signmark unprotected key file v1", key=salt, digest_size=32).digest()
    sodium = ctypes.CDLL("libsodium.so.23")
    seed = ctypes.create_string_buffer(32)
    opened = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        seed, None, None, whole[-48:], ctypes.c_ulonglong(48), header,
        ctypes.c_ulonglong(len(header)), nonce, key)
    assert opened == 0, key_file
    derived, rest = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    sodium.crypto_sign_seed_keypair(derived, rest, seed)
    assert derived.raw == public or "carrier" in str(key_file), key_file
    return seed.raw


def secret_spellings():
    """Each secret of the keyring as raw bytes, hex, base64, and as the lines of its file."""
    spellings = []
    for file in pathlib.Path(path("home")).rglob("*.key"):
        seed = seed_of(file)
        spellings += [seed, seed.hex().encode(), seed.hex().upper().encode(),
                      base64.b64encode(seed).rstrip(b"="), base64.urlsafe_b64encode(seed).rstrip(b"=")]
        spellings += [line.encode() for line in file.read_text().splitlines()[1:-1]]
    assert len(spellings) >= 24, "an issuer, a signing and a carrier key have more"
    return spellings


def seen_by_others(pid):
    """What other programs of the user may read of a running process."""
    return b"".join(pathlib.Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


def red_share(raw):
    """Share of the RGB24 pixels that are as red as a slate."""
    red = sum(1 for i in range(0, len(raw) - 2, 3)
              if raw[i] > 180 and raw[i + 1] < 70 and raw[i + 2] < 70)
    return red / (len(raw) // 3)
