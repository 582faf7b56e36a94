#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Writes the key vectors of this folder, independently of the C++ code (needs python3-nacl).
import base64
import hashlib
import json
import pathlib
import struct

import nacl.bindings as sodium
import nacl.pwhash.argon2id as argon2id
from nacl.signing import SigningKey

HERE = pathlib.Path(__file__).parent
SYMBOLS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
ROLES = {"issuer": 1, "signing": 2, "carrier": 3}
PUBLIC = {"issuer": "smissuer", "signing": "smsign"}
SECRET = {"issuer": "SIGNMARK-ISSUER-SECRET-", "signing": "SIGNMARK-SIGN-SECRET-",
          "carrier": "SIGNMARK-CARRIER-SECRET-"}
CREATED, EXPIRES = 1795348800, 1803124800  # 2026-11-22T12:00:00Z, 90 days later
PASSPHRASE = "correct horse battery staple"


def polymod(values):
    """Checksum of BIP 173."""
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> i & 1 else 0
    return state


def bech32(prefix, payload):
    lower = prefix.lower()
    bits = "".join(f"{b:08b}" for b in payload)
    bits += "0" * (-len(bits) % 5)
    data = [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    head = [ord(c) >> 5 for c in lower] + [0] + [ord(c) & 31 for c in lower]
    check = polymod(head + data + [0] * 6) ^ 1
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    text = lower + "1" + "".join(SYMBOLS[d] for d in data)
    return text if prefix == lower else text.upper()


def public_part(role, seed):
    if role == "carrier":
        return hashlib.blake2b(b"signmark/wmid/v1", key=seed, digest_size=32).digest()
    return bytes(SigningKey(seed).verify_key)


def fingerprint(role, public):
    if role == "carrier":
        return public
    head = b"signmark/keyid/v1\0" + bytes((ROLES[role], 1))
    return hashlib.blake2b(head + public, digest_size=32).digest()


def short_id(print_):
    text = base64.b32encode(print_[:10]).decode().lower()
    return "sm1-" + "-".join(text[i:i + 4] for i in range(0, 16, 4))


def key_file(role, seed, label, passes, memory_kib):
    salt, nonce = b"\x11" * 16, b"\x22" * 24
    header = b"SMKEY1" + bytes((ROLES[role], 2 if role == "carrier" else 1, 1 if passes else 0))
    header += struct.pack(">II", passes, memory_kib) + salt + nonce + public_part(role, seed)
    header += struct.pack(">QQB", CREATED, EXPIRES, len(label.encode())) + label.encode()
    if passes:
        key = argon2id.kdf(32, PASSPHRASE.encode(), salt, opslimit=passes, memlimit=memory_kib * 1024)
    else:
        key = hashlib.blake2b(b"signmark unprotected key file v1", key=salt, digest_size=32).digest()
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(seed, header, nonce, key)
    body = base64.b64encode(header + sealed).decode()
    name = "SIGNMARK KEY" if passes else "SIGNMARK UNPROTECTED KEY"
    lines = [body[i:i + 64] for i in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----", ""])


def medium_key(master, number):
    """crypto_kdf_derive_from_key: BLAKE2b keyed with the master, id as salt, context as person."""
    return hashlib.blake2b(key=master, salt=struct.pack("<Q", number) + bytes(8),
                           person=b"smkWMv01" + bytes(8), digest_size=32).digest()


def main():
    entries = []
    for role, label, passes, memory in (("issuer", "Studio Example", 1, 8), ("signing", "工作室 ci", 2, 64),
                                        ("carrier", "", 1, 8), ("signing", "pipeline", 0, 0)):
        seed = bytes(range(ROLES[role], ROLES[role] + 32))
        public = public_part(role, seed)
        print_ = fingerprint(role, public)
        name = f"{role}{'' if passes else '-unprotected'}.key"
        (HERE / name).write_text(key_file(role, seed, label, passes, memory))
        entry = {"file": name, "role": role, "label": label, "seed": seed.hex(),
                 "public": public.hex(), "fingerprint": print_.hex(), "id": short_id(print_),
                 "secret_text": bech32(SECRET[role], seed)}
        if role in PUBLIC:
            entry["public_text"] = bech32(PUBLIC[role], public)
        else:
            entry["medium_keys"] = [medium_key(seed, n).hex() for n in (1, 2, 3, 4)]
        entries.append(entry)
    public_carrier = hashlib.blake2b(b"signmark public carrier key v1", digest_size=32).digest()
    out = {"passphrase": PASSPHRASE, "created": CREATED, "expires": EXPIRES, "keys": entries,
           "public_carrier": {"key": public_carrier.hex(),
                              "id": short_id(public_part("carrier", public_carrier))}}
    (HERE / "vectors.json").write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
