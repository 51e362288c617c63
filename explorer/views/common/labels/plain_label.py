"""A label that shows its text as it is, even where a file is called “<b>.jpg”."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel

from explorer.views.common.labels.selectable_text import SelectableText


def plain_label(
    text: str = "",
    *,
    wraps: bool = False,
    is_quiet: bool = False,
    is_selectable: bool = False,
    scale: float = 1.0,
) -> QLabel:
    """Return a label; a quiet one is of secondary importance, `scale` enlarges its font."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if is_quiet:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if is_selectable:
        SelectableText(label)
    if scale != 1:
        font = label.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        label.setFont(font)
    return label
