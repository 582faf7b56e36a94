#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes records.json: SMT1 records built from the words of text-mark.md 4.1 and 4.4 alone.

Canonical units are given by hand, so nothing of the library is used. The signature is 64 times 5a.
"""
import hashlib
import json
import pathlib


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def selector(byte):
    return chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16)


def record(content_id, hint, block, blocks, time, units):
    code = 0 if blocks < 1 << 8 else 1 if blocks < 1 << 16 else 2
    fields = bytes([0x10 | code]) + hint + content_id.to_bytes(8, "big")
    fields += block.to_bytes(1 << code, "big") + blocks.to_bytes(1 << code, "big")
    characters = sum(len(unit) for unit in units)
    fields += time.to_bytes(4, "big") + min(characters, 0xFFFF).to_bytes(2, "big") + bytes([len(units)])
    for unit in units:
        fields += hashlib.sha256(b"smt1-s" + content_id.to_bytes(8, "big") + unit.encode()).digest()[:8]
    body = fields + b"\x5a" * 64
    body += crc16(body).to_bytes(2, "big")
    return fields, "\u2060" + "".join(map(selector, body))


CASES = [
    {"name": "one Chinese unit", "content_id": "0123456789abcdef", "hint": "a1b2c3d4", "time": 1795348800,
     "text": "绿水青山就是金山银山，这句话 强调了保护环境的重要性。",
     "units": ["绿水青山就是金山银山,这句话强调了保护环境的重要性。"]},
    {"name": "Latin with curly quotes", "content_id": "ffffffffffffffff", "hint": "00000000", "time": 0,
     "text": "She said \u201cyes\u201d \u2014 and meant it\u2026 Nobody\n  asked why.",
     "units": ["She said \"yes\" - and meant it\u2026 Nobody asked why."]},
]


def main():
    out = []
    for case in CASES:
        units = case["units"]
        fields, text = record(int(case["content_id"], 16), bytes.fromhex(case["hint"]), 0, 1, case["time"], units)
        offset = len(case["text"].encode())
        out.append({key: case[key] for key in ("name", "content_id", "hint", "time", "text")} |
                   {"offset": offset, "fields": fields.hex(), "insertion": text.encode().hex()})
    path = pathlib.Path(__file__).with_name("records.json")
    path.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
