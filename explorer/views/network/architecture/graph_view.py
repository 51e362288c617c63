"""The graph of a network: boxes and lines, with zoom and pan; a click chooses a layer."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from explorer.core.layers.architecture import Architecture
from explorer.core.network.graph_layout import BOX_SIZE, GraphLayout
from explorer.state.network.layer_tree import format_shape
from explorer.views.network.architecture.graph_items import BoxItem, LinesItem

ZOOM_STEP = 1.25
LEAST_ZOOM, MOST_ZOOM = 0.02, 4.0
READABLE_ZOOM, LARGE_ZOOM = 0.6, 1.4
"""Between them it is fitted to the view."""
MARGIN = 24.0
_STEPS = {
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
}


class GraphView(QGraphicsView):
    """Arrow keys go from box to box, + and − zoom, 0 shows everything, Enter folds and opens.

    Signals
    -------
    layer_chosen(str)
        A person wants the layer of this path.
    fold_wanted(str)
        A person wants this model folded or opened, or the one that this layer is in folded.
    """

    layer_chosen = Signal(str)
    fold_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Graph of the layers")
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self._scene = QGraphicsScene(self)
        self.setScene(self._scene)
        self._layout: GraphLayout | None = None
        self._items: dict[str, BoxItem] = {}
        self._chosen: BoxItem | None = None
        self._pressed = QPointF()
        self._is_fitted = True

    def show_graph(self, layout: GraphLayout | None, architecture: Architecture | None) -> None:
        """Draw another graph."""
        self._scene.clear()
        self._items, self._chosen, self._layout = {}, None, layout
        if layout is None or architecture is None:
            return
        layers = {layer.name: layer for layer in architecture.layers}
        self._scene.addItem(LinesItem(layout))
        for box in layout.boxes:
            layer = layers.get(box.name)
            if layer is None:
                detail = f"{box.kind}, {box.layers:,} layers"
            else:
                detail = " ".join(filter(None, (box.kind, format_shape(layer.output_shape))))
            item = BoxItem(box, layout.box_size, detail, f"{box.name}: {detail}")
            self._items[box.name] = item
            self._scene.addItem(item)
        whole = self._scene.itemsBoundingRect()
        self._scene.setSceneRect(whole.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self._is_fitted = True
        self._fit_readably()

    def show_chosen(self, path: str | None) -> None:
        """Mark the box of a layer, and bring it into view."""
        box = None if self._layout is None else self._layout.box_of(path)
        item = None if box is None else self._items[box.name]
        if item is self._chosen:
            return
        if self._chosen is not None:
            self._chosen.choose(False)
        self._chosen = item
        if item is not None:
            item.choose(True)
            self.ensureVisible(item, 30, 60)

    def zoom(self, factor: float) -> None:
        """Enlarge, or with less than 1 shrink."""
        now = self.transform().m11()
        factor = min(max(now * factor, LEAST_ZOOM), MOST_ZOOM) / now
        self.scale(factor, factor)
        self._is_fitted = False

    def fit(self) -> None:
        """Show everything."""
        self.fitInView(self._scene.sceneRect(), Qt.AspectRatioMode.KeepAspectRatio)
        self._is_fitted = False

    def place_of(self, name: str) -> QPointF | None:
        """Return where a box lies in the viewport."""
        item = self._items.get(name)
        return None if item is None else QPointF(self.mapFromScene(item.pos()))

    def _fit_readably(self) -> None:
        """Show all of the graph if it can be read then, else its whole width, from its top."""
        room, whole = self.viewport().size(), self._scene.sceneRect()
        if whole.isEmpty() or room.isEmpty():
            return
        across, along = room.width() / whole.width(), room.height() / whole.height()
        factor = along if READABLE_ZOOM <= along <= across else across
        factor = min(max(factor, READABLE_ZOOM), LARGE_ZOOM)
        self.resetTransform()
        self.scale(factor, factor)
        if self._chosen is not None:
            self.centerOn(self._chosen)
        else:
            self.centerOn(whole.center().x(), whole.top())

    def _box_at(self, place: QPointF) -> BoxItem | None:
        item = self.itemAt(place.toPoint())
        return item if isinstance(item, BoxItem) else None

    def _step(self, across: int, down: int) -> None:
        """Choose the nearest box in a direction."""
        if self._chosen is None:
            return
        here = self._chosen.pos()
        best: tuple[float, BoxItem] | None = None
        for item in self._items.values():
            way = item.pos() - here
            ahead = way.x() * across + way.y() * down
            aside = abs(way.x() * down) + abs(way.y() * across)
            if ahead < BOX_SIZE[1] / 2 or (across and aside > BOX_SIZE[1]):
                continue
            distance = ahead + 2 * aside
            if best is None or distance < best[0]:
                best = (distance, item)
        if best is not None:
            self._choose(best[1])

    def _choose(self, item: BoxItem) -> None:
        if item.box.layers:
            self.show_chosen(item.box.name)  # a folded model is no layer that others could show
        else:
            self.layer_chosen.emit(item.box.name)

    # Qt overrides.

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if turn:
            self.zoom(ZOOM_STEP ** (turn / 120))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        moved = (event.position() - self._pressed).manhattanLength()
        item = self._box_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and moved < 4 and item is not None:
            self._choose(item)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self._box_at(event.position())
        if item is not None:
            self.fold_wanted.emit(item.box.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._step(*_STEPS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self.fold_wanted.emit(self._chosen.box.name)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self._fit_readably()
