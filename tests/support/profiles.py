"""ICC profiles made from their specification, without the library that reads them."""

import struct
from collections.abc import Sequence

P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""X, Y and Z of red, green and blue of Display P3, adapted to D50."""

SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))

SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def rgb_profile(
    columns: Sequence[Sequence[float]] = P3, curve: Sequence[float] = SRGB_CURVE
) -> bytes:
    """Return the profile of a display: three primaries and one parametric curve of type 3."""
    primaries = [b"XYZ \0\0\0\0" + _fixed(*column) for column in columns]
    tone = b"para\0\0\0\0\0\3\0\0" + _fixed(*curve)
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True))
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), tone))


def grey_profile(gamma: float) -> bytes:
    """Return the profile of grey values that were encoded by an exponent of 1/gamma."""
    return _profile(b"GRAY", {b"kTRC": b"para\0\0\0\0\0\0\0\0" + _fixed(gamma)})


def press_profile(lab_of: Sequence[tuple[float, float, float]]) -> bytes:
    """Return the profile of a press by the L*a*b* of its 16 solid overprints, C slowest."""
    head = struct.pack(">4s4xBBBx9i", b"mft1", 4, 3, 2, *(65536 * (i % 4 == 0) for i in range(9)))
    ramp = bytes(range(256))
    grid = b"".join(
        bytes((round(light * 2.55), round(a + 128), round(b + 128))) for light, a, b in lab_of
    )
    return _profile(b"CMYK", {b"A2B0": head + ramp * 4 + grid + ramp * 3}, b"prtr", b"Lab ")


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _profile(
    space: bytes, tags: dict[bytes, bytes], kind: bytes = b"mntr", connection: bytes = b"XYZ "
) -> bytes:
    d50 = _fixed(0.9642, 1.0, 0.8249)
    tags = {b"wtpt": b"XYZ \0\0\0\0" + d50} | tags
    offset = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    version = 0x02400000 if kind == b"prtr" else 0x04200000
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x", offset + len(body), version, kind, space, connection, b"acsp"
    )
    return head + d50 + bytes(48) + table + body
