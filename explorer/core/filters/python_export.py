"""Write a Python script that computes what the Filter page shows, step by step."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from explorer.core.colors.colormaps import (
    DIVERGING_STEPS,
    NEGATIVE_RGB,
    NEUTRAL_RGB,
    POSITIVE_RGB,
)
from explorer.core.convolution.geometry import Border, Geometry
from explorer.core.files.names import printable_name
from explorer.core.filters.display import DISPLAY_NAMES, SWING, WEAKEST_OFFSET, Display
from explorer.core.filters.result import effective_display
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.steps import (
    TOTAL_WEIGHT,
    Convolution,
    Dense,
    NeuronPattern,
    Pooling,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.images.planes import Source
from explorer.core.kernels.kernel import Kernel

_CHANNELS: dict[Source, int] = {"red": 0, "green": 1, "blue": 2}
_BOUNDARIES: dict[Border, str] = {"zero": "fill", "reflect": "symm", "wrap": "wrap"}

_SWING = f"{SWING} * np.sqrt(np.mean(np.square(response)))"

# What may hold numbers of any range.
_DEEP = frozenset({".npy", ".tif", ".tiff"})
_WITHOUT_PROFILE = frozenset({".bmp", ".gif", ".ppm", ".pgm", ".pbm"})

_PATTERNS: dict[NeuronPattern, str] = {
    "centre": "centre()",
    "left to right": "np.tile(ramp(width), (height, 1))",
    "top to bottom": "np.tile(ramp(height)[:, None], (1, width))",
}

_CENTRE = """\
def centre():
    middle = np.zeros((height, width), bool)
    middle[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return np.where(middle, 1 / middle.sum(), -1 / max(1, (~middle).sum()))
"""

_RAMP = """\
def ramp(length):
    return np.linspace(-1, 1, length) if length > 1 else np.ones(1)
"""

_TO_BYTES = """\
def to_bytes(values):
    # Black is 0 and white the first that holds the values, strays apart; where none does,
    # black is the lowest value and white the highest.
    finite = values[np.isfinite(values)].astype(float)
    is_whole = values.dtype.kind == "u"
    low, high = (finite.min(), finite.max()) if finite.size else (0, 0)
    largest = np.quantile(finite, 0.99) if finite.size else 0
    bits = [n for n in (12, 16, 32, 64) if is_whole and n <= 8 * values.itemsize]
    for white in [1.0, 255.0, *(2.0**n - 1 for n in bits)]:
        if white > 1 and high < white / 16:
            continue
        far = (finite < -min(white, largest) / 4) | (finite > 1.25 * white)
        if (low >= 0 and high <= white) or (not is_whole and far.mean() <= 0.01):
            black = 0
            break
    else:
        black, white = low, high
        if not is_whole:
            bottom, top = np.quantile(finite, [0.005, 0.995])
            black = low if low >= 2 * bottom - top else bottom
            white = high if high <= 2 * top - bottom else top
    levels = np.rint((values.astype(float) - black) * (255 / ((white - black) or 1)))
    return np.clip(np.nan_to_num(levels, nan=0), 0, 255).astype(np.uint8)
"""


@dataclass
class _Script:
    """A script as it grows."""

    imports: set[str] = field(default_factory=lambda: {"import cv2", "import numpy as np"})
    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Append one line or several."""
        self.lines += text.rstrip("\n").split("\n")

    def needs(self, line: str) -> None:
        """Put an import at the top."""
        self.imports.add(line)

    def __str__(self) -> str:
        plain = sorted(line for line in self.imports if line.startswith("import"))
        named = sorted(self.imports - set(plain), key=str.casefold)
        return "\n".join([*plain, *named, *self.lines, ""])


def python_snippet(settings: FilterSettings, picture_path: Path | None) -> str:
    """Return a script with the selected step's response as `response`, displayed as `shown`.

    It needs NumPy, SciPy, OpenCV and Pillow, and reads all pictures as the program does. It
    computes in float64 what the program computes in float32: values halfway between two grey levels
    may be rounded differently.

    Parameters
    ----------
    picture_path : Path or None
        The file of the picture; None makes it a command-line argument of the script.

    Returns
    -------
    str
        It writes only "shown.png", in the current folder.
    """
    script = _Script()
    _read(script, picture_path)
    _take(script, settings.source)
    for number, step in enumerate(settings.steps[: settings.selected + 1], start=1):
        _apply(script, step, number, is_color=settings.source == "color")
    is_color = settings.source == "color"
    if settings.step.is_on and isinstance(settings.step.operation, Dense):
        is_color = False  # the channels were added up
    else:
        script.add("\nresponse = " + ("np.dstack(planes)" if is_color else "planes[0]"))
    _draw(script, settings, effective_display(settings), is_color=is_color)
    return str(script)


def _read(script: _Script, path: Path | None) -> None:
    suffix = path.suffix.lower() if path is not None else ""
    name = _quote(path) if path is not None else "sys.argv[1]"
    if path is None:
        script.needs("import sys")
    if suffix in _DEEP:
        script.add(f"\n\n{_TO_BYTES}")
        script.add("\n")
    script.add("\n# The picture: (height, width, 3) uint8, RGB.")
    if suffix == ".npy":
        _read_array(script, name)
    else:
        _read_by_pillow(script, name, suffix)


def _read_array(script: _Script, name: str) -> None:
    script.add(
        f"values = np.load({name})\n"
        "if values.shape[2:] == (1,):\n"
        "    values = values[..., 0]\n"
        "if values.dtype != np.uint8:\n"
        "    values = to_bytes(values)\n"
        "picture = np.dstack([values] * 3) if values.ndim == 2 else values"
    )


def _read_by_pillow(script: _Script, name: str, suffix: str) -> None:
    script.needs("from PIL import Image, ImageOps")
    if suffix in (".heic", ".heif"):
        script.needs("import pi_heif")
        script.add("pi_heif.register_heif_opener()")
    if suffix in _DEEP:
        script.add(
            f"values = cv2.imread({name}, cv2.IMREAD_UNCHANGED)\n"
            "if values is not None and values.dtype != np.uint8:  # more than 8 bits\n"
            "    values = values[..., ::-1] if values.ndim == 3 else values\n"
            "    image = Image.fromarray(to_bytes(values))\n"
            "else:\n"
            f"    image = Image.open({name})\n"
            "    ImageOps.exif_transpose(image, in_place=True)"
        )
    else:
        script.add(f"image = Image.open({name})\nImageOps.exif_transpose(image, in_place=True)")
    script.add(
        'if image.mode.startswith("I"):  # 16 bits\n'
        "    levels = np.clip(np.asarray(image), 0, 65535) / 257\n"
        "    image = Image.fromarray(np.rint(levels).astype(np.uint8))"
    )
    if suffix not in _WITHOUT_PROFILE:
        script.needs("import io")
        script.needs("from PIL import ImageCms")
        script.add(
            'if image.info.get("icc_profile") and image.mode in ("RGB", "RGBA", "CMYK"):\n'
            '    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))\n'
            '    srgb, mode = ImageCms.createProfile("sRGB"), image.mode.replace("CMYK", "RGB")\n'
            "    image = ImageCms.profileToProfile(image, profile, srgb, outputMode=mode)"
        )
    script.add(
        "if image.has_transparency_data:\n"
        '    white = Image.new("RGBA", image.size, "white")\n'
        '    image = Image.alpha_composite(white, image.convert("RGBA"))\n'
        'picture = np.asarray(image.convert("RGB"))'
    )


def _take(script: _Script, source: Source) -> None:
    if source == "grey":
        script.add(
            "grey = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)  # not rounded\n"
            "planes = [grey.astype(float)]"
        )
    elif source == "color":
        script.add("planes = [picture[..., channel].astype(float) for channel in range(3)]")
    else:
        script.add(f"planes = [picture[..., {_CHANNELS[source]}].astype(float)]  # {source}")


def _apply(script: _Script, step: Step, number: int, *, is_color: bool) -> None:
    operation = step.operation
    title = f"\n# {number}. {_name(operation)}"
    if not step.is_on:
        script.add(f"{title}: switched off")
        return
    script.add(title)
    if isinstance(operation, Convolution):
        _convolve(script, operation)
    elif isinstance(operation, Relu):
        script.add("planes = [np.maximum(plane, 0) for plane in planes]")
    elif isinstance(operation, Pooling):
        script.needs("from numpy.lib.stride_tricks import sliding_window_view")
        reduce = "max" if operation.kind == "max" else "mean"
        windows = f"sliding_window_view(plane, {operation.size}){_every(operation.stride)}"
        script.add(f"planes = [{windows}.{reduce}(axis=(2, 3)) for plane in planes]")
    elif isinstance(operation, Shuffle):
        script.add(
            f"order = np.random.default_rng({operation.seed}).permutation(planes[0].size)\n"
            "planes = [plane.ravel()[order].reshape(plane.shape) for plane in planes]"
        )
    else:
        _join(script, operation, is_color=is_color)


def _name(operation: object) -> str:
    if isinstance(operation, Convolution):
        kind = "Correlation" if operation.geometry.is_correlation else "Convolution"
        return f"{kind}: {printable_name(operation.filter.name)}"
    if isinstance(operation, Pooling):
        return f"{operation.kind.capitalize()} pooling"
    return {Relu: "ReLU", Shuffle: "Shuffle", Dense: "Fully connected"}[type(operation)]


def _convolve(script: _Script, convolution: Convolution) -> None:
    geometry, kernels = convolution.geometry, convolution.filter.kernels
    names = ["kernel"] if len(kernels) == 1 else ["first", "second"]
    for name, kernel in zip(names, kernels, strict=True):
        script.add(f"{name} = {_write_weights(kernel)}")
        if geometry.dilation != (1, 1):
            extent = geometry.extent((kernel.rows, kernel.columns))
            script.add(f"spread = np.zeros({extent})")
            script.add(f"spread{_every(geometry.dilation)} = {name}\n{name} = spread")
    size = geometry.extent((kernels[0].rows, kernels[0].columns))
    if geometry.border == "replicate" and geometry.mode != "valid":
        pads = geometry.padding((kernels[0].rows, kernels[0].columns))
        script.add(f'planes = [np.pad(plane, {pads}, "edge") for plane in planes]')
    responses = [_slide(script, name, geometry, size) for name in names]
    stride = _every(geometry.stride)
    if len(responses) == 1:
        offset = f" + {_write_number(convolution.offset)}" if convolution.offset else ""
        script.add(f"planes = [{responses[0]}{stride}{offset} for plane in planes]")
    else:
        lines = "".join(f"        {response},\n" for response in responses)
        script.add(f"planes = [\n    np.hypot(\n{lines}    ){stride}\n    for plane in planes\n]")


def _slide(script: _Script, kernel: str, geometry: Geometry, size: tuple[int, int]) -> str:
    function = "convolve2d"
    if geometry.is_correlation and geometry.mode == "same" and 0 in (size[0] % 2, size[1] % 2):
        kernel += "[::-1, ::-1]"  # correlate2d takes another centre where a kernel has none
    elif geometry.is_correlation:
        function = "correlate2d"
    script.needs(f"from scipy.signal import {function}")
    if geometry.mode == "valid" or geometry.border == "replicate":
        return f'{function}(plane, {kernel}, mode="valid")'
    boundary = _BOUNDARIES[geometry.border]
    more = f', boundary="{boundary}"' if boundary != "fill" else ""
    return f'{function}(plane, {kernel}, mode="{geometry.mode}"{more})'


def _join(script: _Script, dense: Dense, *, is_color: bool) -> None:
    values = "np.dstack(planes)" if is_color else "planes[0]"
    script.add(f"values = {values}\nheight, width = values.shape[:2]")
    if "centre" in dense.neurons:
        script.add(f"\n\n{_CENTRE}")
    if {"left to right", "top to bottom"} & set(dense.neurons):
        script.add(f"\n\n{_RAMP}")
    is_plain = set(dense.neurons) == {"random"}
    script.add("weights = [" if is_plain else "\n\nweights = [")
    for number, pattern in enumerate(dense.neurons):
        if pattern == "random":
            seed = (dense.seed, number)
            drawn = f"np.random.default_rng({seed}).standard_normal(values.shape, np.float32)"
            script.add(f"    {drawn},")
        else:
            spread = f"np.dstack([{_PATTERNS[pattern]}] * 3)" if is_color else _PATTERNS[pattern]
            script.add(f"    {spread},")
    script.add(
        f"]\nweights = [{TOTAL_WEIGHT:g} * weight / np.abs(weight).sum() for weight in weights]"
    )
    if dense.shuffled_by is not None:
        script.add(
            f"order = np.random.default_rng({dense.shuffled_by}).permutation(height * width)\n"
            "weights = [\n"
            "    weight.reshape(height * width, -1)[order].reshape(values.shape)"
            " for weight in weights\n]"
        )
    script.add(
        "scores = np.array([np.sum(weight * values) for weight in weights]) / 255\n"
        "softmax = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()\n"
        "# The contribution of each value to the highest score.\n"
        "response = weights[scores.argmax()] * values / 255"
    )
    if is_color:
        script.add("response = response.sum(axis=2)")


def _draw(script: _Script, settings: FilterSettings, display: Display, *, is_color: bool) -> None:
    script.add(f"\n# Display: {DISPLAY_NAMES[display]}.")
    limits = settings.step.range
    if display == "diverging":
        _draw_diverging(script, limits, is_color=is_color)
    else:
        if display == "abs":
            script.add("response_shown = np.abs(response)")
        values = "response_shown" if display == "abs" else "response"
        if limits is not None:
            low, high = map(_write_number, sorted(limits))
        elif display == "stretch":
            low, high = "response.min()", "response.max()"
        elif display == "offset":
            script.add(f"half = max(min(np.abs(response).max(), {_SWING}), {WEAKEST_OFFSET})")
            low, high = "-half", "half"
        else:
            low, high = "0", "255"
        script.add(f"low, high = {low}, {high}")
        _draw_grey(script, values, is_narrow=low == high or display == "stretch")
    is_color = is_color or display == "diverging"
    drawn = "cv2.cvtColor(shown, cv2.COLOR_RGB2BGR)" if is_color else "shown"
    script.add(f'cv2.imwrite("shown.png", {drawn})')


def _draw_grey(script: _Script, values: str, *, is_narrow: bool = False) -> None:
    span = "((high - low) or 1e-45)" if is_narrow else "(high - low)"
    script.add(
        f"levels = ({values} - low) / {span} * 255\n"
        "shown = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)"
    )


def _draw_diverging(script: _Script, limits: tuple[float, float] | None, *, is_color: bool) -> None:
    if limits is None:
        script.add(f"largest = min(np.abs(response).max(), {_SWING}) or 1")
    else:
        script.add(f"largest = {_write_number(max(map(abs, limits)) or 1)}")
    if is_color:
        script.add("low, high = -largest, largest  # mid-grey = 0 in each channel")
        _draw_grey(script, "response")
        return
    script.add(
        f"levels = np.rint(np.clip(response / largest, -1, 1) * {DIVERGING_STEPS})[..., None]\n"
        f"neutral = np.array({NEUTRAL_RGB})\n"
        f"ends = np.where(levels < 0, {NEGATIVE_RGB}, {POSITIVE_RGB})\n"
        f"mixed = neutral + (ends - neutral) * np.abs(levels) / {DIVERGING_STEPS}\n"
        "shown = np.rint(mixed).astype(np.uint8)"
    )


def _write_weights(kernel: Kernel) -> str:
    """Write a kernel such that reading it gives the very same numbers."""
    weights = kernel.weights
    if weights.size > 1 and np.all(weights == weights[0, 0]):
        return f"np.full({weights.shape}, {_write_number(weights[0, 0])}, float)"
    rows = [f"    [{', '.join(map(_write_number, row))}]," for row in weights.tolist()]
    return "\n".join(["np.array([", *rows, "], float)"])


def _write_number(value: float) -> str:
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _every(steps: tuple[int, int]) -> str:
    return "" if steps == (1, 1) else f"[::{steps[0]}, ::{steps[1]}]"


def _quote(path: Path) -> str:
    """Write a path as a Python string, whatever it contains."""
    return ascii(str(path))
