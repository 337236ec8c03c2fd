"""Small real films, built box by box: what a phone, an older camera and a browser's recorder make."""

import struct


def box(kind: bytes, content: bytes = b"", *, long: bool = False) -> bytes:
    if long:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _track(handler: bytes) -> bytes:
    hdlr = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13)
    return box(b"trak", box(b"tkhd", b"\0" * 84) + box(b"mdia", box(b"mdhd", b"\0" * 24) + hdlr))


def moov(*handlers: bytes) -> bytes:
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+42.2500+118.8833/"))  # where a phone writes the place
    return box(b"moov", box(b"mvhd", b"\0" * 100) + b"".join(_track(handler) for handler in handlers) + place)


def mp4(size: int = 2000, brand: bytes = b"isom", *handlers: bytes) -> bytes:
    ftyp = box(b"ftyp", brand + b"\0\0\2\0" + b"isommp42")
    return ftyp + moov(*(handlers or (b"vide", b"soun"))) + box(b"mdat", b"\x5a" * size)


def mov_of_an_older_camera() -> bytes:
    """Begins without ``ftyp``, its index stands at the end, its data has a long length."""
    return box(b"wide") + box(b"mdat", b"\x5a" * 900, long=True) + moov(b"vide")


def _element(key: int, content: bytes, *, open_ended: bool = False) -> bytes:
    name = key.to_bytes((key.bit_length() + 7) // 8, "big")
    length = b"\x01" + b"\xff" * 7 if open_ended else (len(content) | 1 << 56).to_bytes(8, "big")
    return name + length + content


def webm(doc_type: bytes = b"webm", track_type: bytes = b"\x01", *, open_ended: bool = False) -> bytes:
    header = _element(0x1A45DFA3, _element(0x4286, b"\x01") + _element(0x4282, doc_type))
    tracks = _element(0x1654AE6B, _element(0xAE, _element(0xD7, b"\x01") + _element(0x83, track_type)))
    cluster = _element(0x1F43B675, _element(0xE7, b"\0") + _element(0xA3, b"\x5a" * 500), open_ended=open_ended)
    return header + _element(0x18538067, tracks + cluster, open_ended=open_ended)
