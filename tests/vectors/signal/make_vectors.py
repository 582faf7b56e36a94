#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes streams.json, frames.json and polar.json: a second implementation of room signal.

ChaCha20 (RFC 8439), frames and polar codes (exact arithmetic) are written out here; BLAKE2b is
hashlib's. Run it to make the files again; the tests compare the library with them.
"""
import decimal
import hashlib
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
MEDIUM_KEY = bytes(range(32))


def rotate(value, count):
    return ((value << count) | (value >> (32 - count))) & 0xFFFFFFFF


def quarter(state, a, b, c, d):
    for x, y, z, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        state[x] = (state[x] + state[y]) & 0xFFFFFFFF
        state[z] = rotate(state[z] ^ state[x], count)


def chacha_block(key, counter, nonce=bytes(12)):
    start = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key))
    start += [counter] + list(struct.unpack("<3I", nonce))
    state = start[:]
    for _ in range(10):
        for column in range(4):
            quarter(state, column, 4 + column, 8 + column, 12 + column)
        for diagonal in range(4):
            quarter(state, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4,
                    12 + (diagonal + 3) % 4)
    return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(state, start)))


def words(key):
    counter = 0
    while True:
        yield from struct.unpack("<16I", chacha_block(key, counter))
        counter += 1


def below(stream, bound):
    while True:
        word = next(stream)
        if word >= 2**32 % bound:
            return word % bound


def shuffled(stream, count):
    items = list(range(count))
    for i in range(count, 1, -1):
        j = below(stream, i)
        items[i - 1], items[j] = items[j], items[i - 1]
    return items


def stream_key(name):
    return hashlib.blake2b(name.encode(), key=MEDIUM_KEY, digest_size=32).digest()


def stream_entry(name):
    key = stream_key(name)
    stream = words(key)
    first = [next(stream) for _ in range(600)]
    bounds = [1, 2, 3, 1000, 2**31 + 1, 2**31 + 1, 2**31 + 1, 2**32 - 1]
    stream = words(key)
    return {
        "name": name,
        "key": key.hex(),
        "words": first[:8],
        "words_250_to_262": first[250:262],  # over the border of the first 1024 bytes
        "words_510_to_522": first[510:522],
        "bounds": bounds,
        "below": [below(stream, bound) for bound in bounds],
        "shuffle_20": shuffled(words(key), 20),
        "shuffle_1000_digest": hashlib.blake2b(
            b"".join(struct.pack("<I", i) for i in shuffled(words(key), 1000)),
            digest_size=32).hexdigest(),
    }


def streams():
    names = ["lattice", "phase/0", "phase/7", "check", "tile-sign", "fingerprint", ""]
    return {"medium_key": MEDIUM_KEY.hex(), "streams": [stream_entry(name) for name in names]}


def check(info, prefix=b""):
    return hashlib.blake2b(prefix + info, key=stream_key("check"), digest_size=32).digest()[:4]


def id_entry(epoch, with_signed, content_id, hint):
    head = 1 << 5 | epoch << 3 | with_signed << 2
    info = bytes([head]) + struct.pack(">Q", content_id) + bytes.fromhex(hint)
    return {"epoch": epoch, "with_signed": bool(with_signed), "content_id": f"{content_id:016x}",
            "issuer_hint": hint, "packed": (info + check(info)).hex()}


def signed_entry(content_id, hint, time, fingerprint):
    fields = struct.pack(">Q", content_id) + bytes.fromhex(hint)
    fields += struct.pack(">IQ", time, fingerprint)
    signature = hashlib.sha512(fields).digest()  # any 64 bytes
    info = fields + signature
    return {"content_id": f"{content_id:016x}", "issuer_hint": hint, "time": time,
            "fingerprint": f"{fingerprint:016x}", "signature": signature.hex(),
            "fields": fields.hex(), "packed": (info + check(info, b"\x01")).hex()}


def frames():
    return {
        "check_key": stream_key("check").hex(),
        "id": [id_entry(0, 0, 0, "000000"), id_entry(3, 1, 2**64 - 1, "ffffff"),
               id_entry(2, 0, 0x0123456789ABCDEF, "a1b2c3"),
               id_entry(1, 1, 0x8000000000000001, "010203")],
        "signed": [signed_entry(0, "00000000", 0, 0),
                   signed_entry(2**64 - 1, "ffffffff", 2**32 - 1, 2**64 - 1),
                   signed_entry(0x0123456789ABCDEF, "a1b2c3d4", 1795348800, 0xFEDCBA9876543210)],
    }


def places(length, count):
    decimal.getcontext().prec = 60
    beta = decimal.Decimal(2).sqrt().sqrt()
    weights = [sum((beta**j for j in range(length.bit_length()) if place >> j & 1),
                   decimal.Decimal(0)) for place in range(length)]
    assert len(set(weights)) == length
    return sorted(range(length), key=lambda place: weights[place])[length - count:]


def transform(word):
    if len(word) == 1:
        return word
    half = len(word) // 2
    left, right = transform(word[:half]), transform(word[half:])
    return [a ^ b for a, b in zip(left, right)] + right


def bits_hex(bits):
    return f"{int(''.join(map(str, bits)), 2):0{len(bits) // 4}x}"


def polar_entry(length, count):
    chosen = places(length, count)
    stream = words(stream_key(f"polar {length} {count}"))
    info = [next(stream) & 1 for _ in range(count)]
    word = [0] * length
    for place, bit in zip(chosen, info):
        word[place] = bit
    return {"length": length, "bits": count, "info": bits_hex(info),
            "places_digest": hashlib.blake2b(
                b"".join(struct.pack("<I", place) for place in chosen), digest_size=32).hexdigest(),
            "coded": bits_hex(transform(word))}


def polar():
    sizes = [(64, 8), (512, 128), (1024, 128), (4096, 736)]
    return {"codes": [polar_entry(length, count) for length, count in sizes]}


def main():
    # RFC 8439, 2.3.2 and A.1 test vector 1, before anything is written
    assert chacha_block(bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000")).hex() \
        .startswith("10f1e7e4d13b5915500fdd1fa32071c4")
    assert chacha_block(bytes(32), 0).hex().startswith("76b8e0ada0f13d90405d6ae55386bd28")
    for name, content in (("streams", streams()), ("frames", frames()), ("polar", polar())):
        (HERE / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
