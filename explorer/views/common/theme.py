"""The theme: tinted icons, colours and number formats shared by all pages."""

from decimal import Decimal
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from explorer import paths
from explorer.core.colors.colormaps import NEGATIVE_RGB, NEUTRAL_RGB, POSITIVE_RGB

COUNTING = "Rows and columns are counted from 0, as in NumPy."

SPACING_PX = 8
INSPECTOR_WIDTH_PX = 320
ICON_EDGE_PX = 24
USUAL_TEXT_PX = 12  # what the sizes of things drawn beside text are meant for
ICON_RENDER_PX = 72  # sharp up to 300 %

# Of the text's colour over what is behind it: 5.3:1 and more, light and dark; Qt's own is 4:1.
QUIET_SHARE = 0.62

BEHIND_PICTURES = QColor(88, 88, 88)

NEGATIVE = QColor(*NEGATIVE_RGB)
NEUTRAL = QColor(*NEUTRAL_RGB)
POSITIVE = QColor(*POSITIVE_RGB)

# One colour per class, the same everywhere, told apart with any colour vision (Okabe and Ito).
_CLASS_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")


def class_color(index: int) -> QColor:
    """Return the colour of a class by its index among the model's outputs."""
    return QColor(_CLASS_COLORS[index % len(_CLASS_COLORS)])


def text_scale(font: QFont) -> float:
    """Return how many times as large as usual a text is, at least 1: what is beside it grows too.

    So it does for a person whose texts are large, and in a presentation.
    """
    return max(1.0, QFontInfo(font).pixelSize() / USUAL_TEXT_PX)


def faint(color: QColor, share: float) -> QColor:
    """Return a colour with the given opacity, 0 to 1."""
    covering = QColor(color)
    covering.setAlphaF(share)
    return covering


def make_quiet_text_readable() -> None:
    """Give the program's secondary texts a contrast of at least 4.5:1.

    To be called again whenever the palette changes, as from light to dark.
    """
    used = QApplication.palette()
    quiet = faint(used.color(QPalette.ColorRole.WindowText), QUIET_SHARE)
    if used.color(QPalette.ColorRole.PlaceholderText) != quiet:
        changed = QPalette()  # of this role alone: the others go on following the platform
        changed.setColor(QPalette.ColorRole.PlaceholderText, quiet)
        QApplication.setPalette(changed)


def format_number(value: float) -> str:
    """Return a number with three significant digits and a true minus sign."""
    if value == 0:
        return "0"
    size = abs(value)
    if 999.5 <= size < 999_999.5:
        text = f"{value:,.0f}"
    elif 1e-6 <= size < 1000:
        text = f"{value:.3g}"
        if "e" in text:  # a small one: some more zeros are easier to read
            text = f"{Decimal(text):f}"
    else:
        text = f"{value:.2e}"
    return text.replace("-", "−")


def icon(name: str, palette: QPalette) -> QIcon:
    """Return an icon of ours in the text colour of a palette."""
    made = QIcon(_pixmap(name, palette.color(QPalette.ColorRole.ButtonText).name()))
    made.addPixmap(
        _pixmap(name, palette.color(QPalette.ColorRole.HighlightedText).name()),
        QIcon.Mode.Selected,
    )
    return made


def app_icon() -> QIcon:
    """Return the program's own icon."""
    return QIcon(str(paths.resources() / "icons" / "convnet-explorer.svg"))


@lru_cache(maxsize=256)
def _pixmap(name: str, color: str) -> QPixmap:
    text = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", color).encode()))
    pixmap = QPixmap(ICON_RENDER_PX, ICON_RENDER_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    return pixmap
