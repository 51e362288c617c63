"""Room between the columns of a table: Fusion's few pixels let heads run into one another."""

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QProxyStyle,
    QStyle,
    QStyleOption,
    QTableView,
    QWidget,
)

from explorer.views.common.plain_style import NAME
from explorer.views.common.theme import SPACING_PX

_Metric = QStyle.PixelMetric


def leave_room_between_columns(table: QTableView) -> None:
    """Keep the texts of a table's cells and heads away from the next column."""
    for widget, style in ((table, _Cells(NAME)), (table.horizontalHeader(), _Heads(NAME))):
        style.setParent(widget)
        widget.setStyle(style)


class _Cells(QProxyStyle):
    def pixelMetric(
        self, metric: _Metric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric == _Metric.PM_FocusFrameHMargin:
            return SPACING_PX - 1  # a cell adds one pixel to it
        return super().pixelMetric(metric, option, widget)


class _Heads(QProxyStyle):
    def pixelMetric(
        self, metric: _Metric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric == _Metric.PM_HeaderMargin:
            return SPACING_PX
        return super().pixelMetric(metric, option, widget)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element == QStyle.PrimitiveElement.PE_IndicatorHeaderArrow:
            # Fusion draws it over the end of a text that stands on the right.
            option.rect = option.rect.translated(SPACING_PX, 0)
        super().drawPrimitive(element, option, painter, widget)
