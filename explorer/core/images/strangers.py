"""Name files that are not pictures, or not supported ones, by their first bytes."""

import re

_EXPORT = "; export it as PNG first"
_UNPACK = "; unpack it first"
_AS_TEXT = " that was damaged by a transfer as text; transfer it again as binary data"
_NO_PICTURE = ", not a picture"

_STRANGERS = (
    # Pictures
    (rb"\xff\x0a|.{4}JXL \r\n\x87\n", "it is a JPEG XL picture" + _EXPORT),
    (rb"8BPS\x00[\x01\x02]", "it is a Photoshop document" + _EXPORT),
    (rb".{128}DICM", "it is a DICOM picture" + _EXPORT),
    (rb"SIMPLE  =", "it is a FITS picture" + _EXPORT),
    (rb"\x76\x2f\x31\x01", "it is an OpenEXR picture" + _EXPORT),
    (rb"#\?(RADIANCE|RGBE)", "it is a Radiance HDR picture" + _EXPORT),
    (rb"gimp xcf", "it is a GIMP document" + _EXPORT),
    (rb"II\xbc[\x00\x01]", "it is a JPEG XR picture" + _EXPORT),
    (rb"DDS \x7c", "it is a DDS texture" + _EXPORT),
    (rb"qoif\x00", "it is a QOI picture" + _EXPORT),
    (rb"icns\x00", "it is a macOS icon" + _EXPORT),
    (rb"\x00\x00\x02\x00.\x00", "it is a Windows cursor" + _EXPORT),
    (rb"[\x8a\x8b][MJ]NG\r\n", "it is an MNG or JNG picture" + _EXPORT),
    (rb"BPG\xfb", "it is a BPG picture" + _EXPORT),
    (rb"AT&TFORM", "it is a DjVu document" + _EXPORT),
    (rb"\xd7\xcd\xc6\x9a|\x01\x00\x00\x00.{36} EMF", "it is a Windows metafile" + _EXPORT),
    (
        rb"II\*\x00.{4}CR\x02|.{4}ftypcrx|II.{4}HEAPCCDR|FUJIFILMCCD-RAW|II(RO|RS|U\x00)|MMOR|"
        rb"FOVb|\x00MRM",
        "it is a camera's raw photo" + _EXPORT,
    ),
    (
        rb"\x89PNG\r\n\x1a\n.{4}CgBI",
        "it is a PNG rewritten by Xcode for iPhone apps, which is not supported",
    ),
    (rb"(\x89|\x09|\xc2\x89|\xef\xbf\xbd|\?)PNG[\r\n]", "it is a PNG file" + _AS_TEXT),
    (
        rb"\xc3\xbf\xc3\x98\xc3\xbf|(\xef\xbf\xbd){3,4}.{0,2}(\x10|\xef\xbf\xbd)(JFIF|.{0,4}Exif)",
        "it is a JPEG file" + _AS_TEXT,
    ),
    # Video and audio
    (rb"ID3[\x02-\x04]|fLaC\x00|RIFF.{4}WAVE|.{4}ftypM4[AB]", "it is an audio file" + _NO_PICTURE),
    (
        rb".{4}ftyp|\x00.{3}(moov|mdat|wide|free|skip|pnot)|RIFF.{4}AVI |\x1a\x45\xdf\xa3|"
        rb"\x00\x00\x01[\xb3\xba]|FLV\x01|\x30\x26\xb2\x75\x8e\x66|OggS\x00|G.{187}G.{187}G",
        "it is a video" + _NO_PICTURE,
    ),
    # Documents and archives
    (rb"PK\x03\x04.{26}(\[Content_Types\]|_rels/|word/|ppt/|xl/)", "it is an Office document"),
    (rb"PK\x03\x04.{26}mimetypeapplication/vnd.oasis", "it is an OpenDocument file"),
    (
        rb"PK\x03\x04.{26}mimetype(application/x-krita|image/openraster)",
        "it is a drawing" + _EXPORT,
    ),
    (rb"PK(\x03\x04|\x05\x06)", "it is a zip archive" + _UNPACK),
    (
        rb"Rar!\x1a|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd|.{257}ustar",
        "it is a compressed file or an archive" + _UNPACK,
    ),
    (rb"\xd0\xcf\x11\xe0", "it is a Thumbs.db file of Windows or an old Office document"),
    (
        rb"\x00\x00\x00\x01Bud1|\x00\x05\x16\x07",
        "it is macOS metadata about another file" + _NO_PICTURE,
    ),
    (rb"\x89HDF\r\n", "it is an HDF5 file" + _NO_PICTURE),
    (rb"\x00{16,}\Z", "it contains nothing but zeros"),
)

_TEXTS = (
    (rb".{0,1023}%pdf-", "it is a PDF document; save its pages as PNG first"),
    (rb"%!ps", "it is a PostScript document" + _EXPORT),
    (rb"\{\\rtf", "it is an RTF document" + _NO_PICTURE),
    (
        rb"version https://git-lfs",
        "it is a Git LFS pointer; fetch the picture itself with “git lfs pull”",
    ),
    (rb"data:[a-z]+/[-+.a-z0-9]+[;,]", "it is a data: URL saved as text" + _NO_PICTURE),
    (rb"(/9j/|ivborw0kggo|r0lgod|uklgr)[a-z0-9+/\s]{20}", "it is Base64 text; decode it first"),
    (rb".*<!doctype html|.*<(html|head|body|script)\b", "it is a saved web page" + _NO_PICTURE),
    (rb".*<svg", "it is an SVG drawing" + _EXPORT),
    (rb"<(\?xml|rss|feed|error|plist)\b", "it is an XML document" + _NO_PICTURE),
    (rb"\{\s*[\"}]|\[\s*([\[\]{\"]|-?\d[\d.\s]*,)", "it is JSON text" + _NO_PICTURE),
    (rb"\[internetshortcut\]", "it is a link to a web page" + _NO_PICTURE),
)


def name_stranger(data: bytes) -> str | None:
    """Name the kinds of file that are often mistaken for pictures; None for any other.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    str or None
        Half a sentence: what it is, and often what to do.
    """
    for pattern, sentence in _STRANGERS:
        if re.match(pattern, data, re.DOTALL):
            return sentence
    # Without zeros, UTF-16 reads like ASCII.
    start = data[:2048].replace(b"\0", b"").lower()
    text = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").lstrip()
    return next(
        (sentence for pattern, sentence in _TEXTS if re.match(pattern, text, re.DOTALL)), None
    )
