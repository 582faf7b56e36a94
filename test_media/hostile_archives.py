#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes hostile archives, one for each guard (batch.md 4.2).

  hostile_archives.py FOLDER

Beside them `codes.tsv`: name of the file, code with which it must be refused, and a guard that must be lowered first
(field of ArchiveGuards and value), so that no file here is larger than a few MB. Needs nothing but Python."""
import bz2
import gzip
import io
import lzma
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib

MIB = 1 << 20


# ---- ZIP, by hand ---------------------------------------------------------------------------------------------------

def local(name, crc, packed, size, method=0, flags=0x800):
    return struct.pack('<4s5H3I2H', b'PK\3\4', 20, flags, method, 0, 0x5A21, crc, packed, size, len(name), 0) + name


def central(name, crc, packed, size, offset, method=0, flags=0x800, mode=0o100644):
    return struct.pack('<4s6H3I5H2I', b'PK\1\2', 0x314, 20, flags, method, 0, 0x5A21, crc, packed, size, len(name),
                       0, 0, 0, 0, mode << 16, offset) + name


def end(count, directory, begin, comment=b''):
    return struct.pack('<4s4H2IH', b'PK\5\6', 0, 0, count, count, len(directory), begin, len(comment)) + comment


def zip_of(*members, comment=b'', gap=b''):
    """Members: (name, content, how the local header differs, how the directory differs)."""
    data, directory = b'', b''
    for name, content, here, there in members:
        facts = dict(name=name, crc=zlib.crc32(content), packed=len(content), size=len(content))
        directory += central(**{**facts, 'offset': len(data), **there})
        data += local(**{**facts, **here}) + content + gap
    return data + directory + end(len(members), directory, len(data), comment)


def named(name):
    return zip_of((name, b'x', {}, {}))


def pair(one, other):
    return zip_of((one, b'x', {}, {}), (other, b'y', {}, {}))


def shift_crc(crc, count):
    """What `crc` becomes `count` bytes later: times x^(8 count) modulo the polynomial, as zlib's crc32_combine."""
    def times(a, b):
        out = 0
        for bit in range(31, -1, -1):
            if a >> bit & 1:
                out ^= b
            b = (b >> 1) ^ (0xEDB88320 if b & 1 else 0)
        return out
    power, square = 1 << 31, 1 << 23  # x^0 and x^8, the highest power in the lowest bit
    while count:
        if count & 1:
            power = times(power, square)
        square = times(square, square)
        count >>= 1
    return times(power, crc)


def overlap_bomb():
    """D. Fifield, "A better zip bomb", WOOT 2019: each entry's stream quotes the next header in a stored block and
    runs on into the next entry's stream. 45 KB unpack to 4 GB."""
    size, crc, flags = 16 * MIB, zlib.crc32(bytes(16 * MIB)), dict(method=8)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = squeeze.compress(bytes(size)) + squeeze.flush()
    packed, records = len(stream), []
    header = local(b'249', crc, packed, size, **flags)
    records.append((b'249', crc, packed, size, 0))
    back = [header]
    for i in range(248, -1, -1):
        name = b'%03d' % i
        crc = shift_crc(zlib.crc32(header), size) ^ crc
        size, packed = size + len(header), packed + 5 + len(header)
        quote = struct.pack('<BHH', 0, len(header), len(header) ^ 0xFFFF)
        header = local(name, crc, packed, size, **flags)
        back.append(header + quote)
        records.append((name, crc, packed, size, 0))
    data, directory, at = b''.join(reversed(back)) + stream, b'', 0
    for record, piece in zip(reversed(records), reversed(back)):
        directory += central(*record[:4], at, **flags)
        at += len(piece)
    return data + directory + end(250, directory, len(data))


def same_offset():
    """Sixty names of one entry; libarchive's reader silently makes one of them."""
    data = local(b'00', zlib.crc32(b'x'), 1, 1) + b'x'
    directory = b''.join(central(b'%02d' % i, zlib.crc32(b'x'), 1, 1, 0) for i in range(60))
    return data + directory + end(60, directory, len(data))


def nested(levels, copies, content):
    if levels == 0:
        return content
    inner = nested(levels - 1, copies, content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as archive:
        for i in range(copies):
            archive.writestr('%d.zip' % i, inner)
    return out.getvalue()


def lying_both():
    """Both headers say ten bytes; a megabyte comes out."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = squeeze.compress(bytes(MIB)) + squeeze.flush()
    facts = dict(crc=zlib.crc32(bytes(MIB)), packed=len(stream), size=10, method=8)
    return zip_of((b'a', stream, facts, facts))


def packed_zip(stream, crc, size, method):
    facts = dict(crc=crc, packed=len(stream), size=size, method=method)
    return zip_of((b'zeros', stream, facts, facts))


# ---- tar ------------------------------------------------------------------------------------------------------------

def tar_of(*members, how=tarfile.PAX_FORMAT):
    """Members: (name, content, further fields of TarInfo)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=how) as archive:
        for name, content, fields in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for field, value in fields.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def raw_header(name, size, kind=b'0', more=b''):
    head = struct.pack('100s8s8s8s12s12s8s1s100s8s80x167s', name, b'0000644\0', b'0000000\0', b'0000000\0', size,
                       b'00000000000\0', b' ' * 8, kind, b'', b'ustar  \0', more)
    return head[:148] + b'%06o\0 ' % sum(head) + head[156:]


def sparse_tar():
    """Old GNU form: no data, and a real size of 8 EiB - 1 in base 256."""
    huge = b'\x80\0\0\0' + struct.pack('>Q', (1 << 63) - 1)
    more = b'\0' * 41 + huge + b'00000000000\0' + b'\0' * (24 * 3) + b'\0' + huge
    return raw_header(b'a', b'00000000000\0', b'S', more) + bytes(1024)


def pax_record(key, value):
    size = len(key) + len(value) + 3
    while len(str(size)) + len(key) + len(value) + 3 != size:
        size = len(str(size)) + len(key) + len(value) + 3
    return b'%d %s=%s\n' % (size, key, value)


def pax_header(body, told=None):
    return raw_header(b'pax', b'%011o\0' % (len(body) if told is None else told), b'x') + body + bytes(-len(body) % 512)


def tail():
    return raw_header(b'a', b'%011o\0' % 1) + b'x'.ljust(512, b'\0') + bytes(1024)


def zeros_tar(size):
    return raw_header(b'zeros', b'%011o\0' % size)


def gz_bomb(count):
    """A flushed block of zeros can be repeated as it is."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = squeeze.compress(zeros_tar(count * MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return b'\x1f\x8b\x08\0\0\0\0\0\0\xff' + head + block * count + b'\1\0\0\xff\xff' + bytes(8)


def xz_bomb(count):
    return lzma.compress(zeros_tar(8 * count * MIB), preset=1) + lzma.compress(bytes(8 * MIB), preset=1) * count


def zst_bomb(count):
    """RFC 8878: a raw block with the tar's header, then blocks of type RLE with 128 KiB of zeros in four bytes."""
    def block(kind, size, data, last=False):
        return struct.pack('<I', size << 3 | kind << 1 | last)[:3] + data
    head = zeros_tar(count * MIB)
    return (b'\x28\xb5\x2f\xfd\0' + b'\x58' + block(0, 512, head) + block(1, 1 << 17, b'\0') * (8 * count) +
            block(0, 0, b'', True))


def flood():
    """Nothing but comments of almost a megabyte before entries without content."""
    body = pax_header(pax_record(b'comment', b'c' * 900000))
    entries = (body + raw_header(b'%d' % i, b'%011o\0' % 0) for i in range(24))
    return gzip.compress(b''.join(entries), 9, mtime=0)


def wrong_gzip_sum():
    packed = bytearray(gzip.compress(tar_of(('a', b'x' * 1000, {})), mtime=0))
    packed[-5] ^= 1
    return bytes(packed)


LINK = dict(type=tarfile.SYMTYPE, linkname='/tmp')


def samples():
    """Name of the file: (bytes, code, guard to lower)."""
    yield 'overlap_bomb.zip', overlap_bomb(), 'overlap'
    yield 'same_offset.zip', same_offset(), 'overlap'
    yield 'nested.zip', nested(5, 2, b'0'), 'nested'
    yield 'nested_bomb.zip', nested(2, 16, bytes(MIB)), 'bomb_total', 'total', 8 * MIB
    yield 'lying_local.zip', zip_of((b'a', b'xyz', dict(size=4), {})), 'mismatch'
    yield 'lying_central.zip', zip_of((b'a', b'xyz', {}, dict(size=1 << 30, packed=1 << 30))), 'mismatch'
    yield 'lying_both.zip', lying_both(), 'mismatch'
    yield 'two_names.zip', zip_of((b'a', b'x', dict(name=b'b'), {})), 'mismatch'
    yield 'two_methods.zip', zip_of((b'a', b'x', dict(method=8), {})), 'mismatch'
    yield 'gap.zip', zip_of((b'a', b'x', {}, {}), gap=named(b'hidden')), 'mismatch'
    yield 'two_ends.zip', zip_of((b'a', b'x', {}, {}), comment=end(0, b'', 0)), 'mismatch'
    yield 'descriptor.zip', zip_of((b'a', b'x', dict(flags=0x808, crc=0, size=0, packed=0), {})), 'mismatch'
    yield 'trailing.zip', named(b'a') + b'junk', 'damaged'
    yield 'wrong_crc.zip', zip_of((b'a', b'x', dict(crc=1), dict(crc=1))), 'damaged'
    yield 'encrypted.zip', zip_of((b'a', b'x' * 13, dict(flags=1), dict(flags=1))), 'encrypted'
    yield 'method.zip', zip_of((b'a', b'x', dict(method=99), dict(method=99))), 'unsupported'
    yield 'bzip2_bomb.zip', packed_zip(bz2.compress(bytes(32 * MIB)), zlib.crc32(bytes(32 * MIB)), 32 * MIB,
                                       12), 'bomb_entry'
    yield 'declared_bomb.zip', packed_zip(b'x' * 99, 0, (1 << 32) - 2, 8), 'bomb_total'
    yield 'many.zip', zip_of(*((b'%d' % i, b'', {}, {}) for i in range(101))), 'too_many', 'entries', 100
    yield 'many.tar', tar_of(*(('%d' % i, b'', {}) for i in range(101))), 'too_many', 'entries', 100
    yield 'many_folders.tar', tar_of(*(('%d/a' % i, b'', {}) for i in range(60))), 'too_many', 'entries', 100
    for name, path in {'dotdot': b'../a', 'inner_dotdot': b'a/../../b', 'absolute': b'/tmp/a', 'drive': b'C:a',
                       'backslash': b'..\\a', 'control': b'a\x1b[2J', 'nul': b'a.png\0.txt', 'dot': b'a./b',
                       'space': b'a /b', 'empty_part': b'a//b', 'not_utf8': b'\xff\xfe', 'device': b'a/CoN.png',
                       'device_digit': 'LPT\u00B9'.encode(), 'bidi': 'a\u202egnp.exe'.encode()}.items():
        yield name + '.zip', named(path), 'path'
    plain = dict(flags=0), dict(flags=0)
    yield 'gbk_dotdot.zip', zip_of(('图/../片'.encode('gbk'), b'x', *plain)), 'path'
    yield 'gbk_twice.zip', zip_of(('照片.png'.encode('gbk'), b'x', *plain), ('照片.png'.encode(), b'y', {}, {})), 'path'
    yield 'dotdot.tar', tar_of(('../../tmp/a', b'x', {})), 'path'
    yield 'absolute.tar', tar_of(('/tmp/a', b'x', {})), 'path'
    yield 'case.zip', pair(b'Stra\xc3\x9fe/a', b'STRASSE/b'), 'path'
    yield 'case.tar', tar_of(('a.png', b'x', {}), ('A.PNG', b'y', {})), 'path'
    yield 'composed.tar', tar_of(('\u00e9', b'x', {}), ('e\u0301', b'y', {})), 'path'
    yield 'twice.tar', tar_of(('a', b'x', {}), ('a', b'y', {})), 'path'
    yield 'file_and_folder.zip', pair(b'a', b'a/b'), 'path'
    yield 'symlink.tar', tar_of(('a', b'', LINK), ('a/evil', b'x', {})), 'type'
    yield 'symlink.zip', zip_of((b'a', b'/tmp', {}, dict(mode=0o120777)), (b'a/evil', b'x', {}, {})), 'type'
    yield 'hardlink.tar', tar_of(('a', b'', dict(type=tarfile.LNKTYPE, linkname='../../etc/passwd'))), 'type'
    yield 'device.tar', tar_of(('a', b'', dict(type=tarfile.BLKTYPE, devmajor=8))), 'type'
    yield 'fifo.tar', tar_of(('a', b'', dict(type=tarfile.FIFOTYPE))), 'type'
    yield 'sparse.tar', sparse_tar(), 'type'
    yield 'pax_bomb.tar', pax_header(pax_record(b'path', b'a' * 2 * MIB)) + tail(), 'damaged'
    yield 'pax_lie.tar', pax_header(b'', 1 << 32) + tail(), 'damaged'
    yield 'pax_chain.tar', pax_header(pax_record(b'comment', b'c')) * 5000 + tail(), 'damaged'
    yield 'pax_flood.tar.gz', flood(), 'bomb_total', 'total', 8 * MIB
    yield 'long_name.tar', tar_of(('a' * 10000, b'x', {})), 'name'
    yield 'deep.tar', tar_of(('a/' * 65 + 'b', b'x', {})), 'name'
    yield 'trailing.tar', tar_of(('a', b'x', {})) + tar_of(('b', b'y', {})), 'mismatch'
    yield 'no_end.tar', raw_header(b'a', b'%011o\0' % 1) + b'x'.ljust(512, b'\0'), 'damaged'
    yield 'wrong_sum.tar.gz', wrong_gzip_sum(), 'damaged'
    yield 'bomb.tar.gz', gz_bomb(512), 'bomb_total', 'ratio_from', 32 * MIB
    yield 'bomb.tar.xz', xz_bomb(64), 'bomb_entry'
    yield 'bomb.tar.zst', zst_bomb(512), 'bomb_entry'
    yield 'large.tar', tar_of(('a', bytes(5 * MIB), {})), 'bomb_entry', 'entry', 4 * MIB


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, content, code, *guard in samples():
        (folder / name).write_bytes(content)
        rows.append('\t'.join([name, 'archive.' + code, *map(str, guard)]))
    (folder / 'codes.tsv').write_text('\n'.join(rows) + '\n')


main()
