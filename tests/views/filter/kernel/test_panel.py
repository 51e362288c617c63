"""The panel around the kernel: it shows what it is given and tells what a person wants."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.core.kernels.brush import Brush
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.parametric import PARAMETRIC_KERNELS, find_parametric
from explorer.core.kernels.presets import PRESETS, find_preset
from explorer.core.kernels.transforms import TRANSFORMS
from explorer.views.filter.kernel.panel import HINT, KernelPanel

LEFT = Qt.MouseButton.LeftButton
SIGNALS = (
    "size_chosen",
    "transform_chosen",
    "open_wanted",
    "save_wanted",
    "save_own_wanted",
    "rename_own_wanted",
    "delete_own_wanted",
    "paste_wanted",
    "copy_wanted",
    "gradient_toggled",
    "kernel_chosen",
)

EDITOR_SIGNALS = ("weights_edited", "stroke_ended", "refused")

# Offscreen only: a popup wants the keyboard for itself.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)


class Bench:
    """A panel of the inspector's width, and all that it told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.told: list[tuple[object, ...]] = []
        self.panel = KernelPanel()
        for name in SIGNALS:
            getattr(self.panel, name).connect(self._listener(name))
        formula = self.panel.parametric
        for name, signal in (
            ("preset_chosen", self.panel.preset.chosen),
            ("parametric_edited", formula.edited),
            ("edit_ended", formula.edit_ended),
            ("brush_changed", self.panel.brushes.brush_changed),
            ("enlarge_toggled", self.panel.enlarge.toggled),
            ("refused", formula.refused),
        ):
            signal.connect(self._listener(name))
        for name in EDITOR_SIGNALS:
            getattr(self.panel.editor, name).connect(self._listener(name))
        self.panel.setFixedWidth(288)
        self.panel.show_filter(find_preset("gx"))
        self.panel.show()
        qtbot.addWidget(self.panel)
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()

    def take(self) -> list[tuple[object, ...]]:
        """Return what was told since the last time."""
        told, self.told = self.told, []
        return told

    def click(self, button: QAbstractButton) -> None:
        QTest.mouseClick(button, LEFT)

    def _listener(self, name: str):
        def listen(*values: object) -> None:
            self.told.append((name, *values))

        return listen


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def kernel(values: object, name: str = "mine") -> Kernel:
    return Kernel(name, np.array(values, float))


def test_it_shows_name_size_and_cells(bench):
    panel = bench.panel
    assert panel.preset.currentText() == "Sobel x (Gx)"
    assert panel.kernel_size.size_shown == (3, 3)
    assert panel.editor.kernel == find_preset("gx").kernels[0]
    assert not panel.tabs.isVisible()
    assert not panel.gradient.isChecked()
    panel.show_filter(Filter("Gx, edited", (kernel([[1, 2, 3, 4]]),), ""))
    assert panel.preset.currentText() == "Gx, edited"
    assert panel.kernel_size.size_shown == (1, 4)
    assert not panel.kernel_size.link.isChecked()
    assert bench.take() == []


def test_two_kernels_stand_in_tabs(bench):
    panel = bench.panel
    panel.show_filter(find_preset("gradient"))
    assert panel.tabs.isVisible()
    assert [panel.tabs.tabText(i) for i in range(2)] == ["Gx", "Gy"]
    assert panel.gradient.isChecked()
    QTest.mouseClick(panel.tabs, LEFT, pos=panel.tabs.tabRect(1).center())
    assert panel.kernel_index == 1
    assert panel.editor.kernel.name == "Gy"
    assert bench.take() == [("kernel_chosen", 1)]
    QTest.mouseClick(panel.editor, LEFT, pos=panel.editor.cell_rect(1, 1).center())
    (name, index, weights), *rest = bench.take()
    assert (name, index) == ("weights_edited", 1)
    assert weights[1, 1] == 0.2
    assert rest == [("stroke_ended",)]
    # An edit of the second keeps it in sight; a single kernel goes back to the first.
    gx, _ = find_preset("gradient").kernels
    panel.show_filter(Filter("edited", (gx, Kernel("Gy", weights)), ""))
    assert panel.kernel_index == 1
    assert panel.editor.kernel.weights[1, 1] == 0.2
    panel.show_filter(find_preset("gx"))
    assert panel.kernel_index == 0
    assert panel.editor.kernel == gx


def test_what_it_tells_does_not_change_what_it_shows(bench):
    panel = bench.panel
    bench.click(panel.gradient)
    assert bench.take() == [("gradient_toggled", True)]
    assert not panel.gradient.isChecked()
    panel.show_filter(find_preset("gradient"))
    bench.click(panel.gradient)
    assert bench.take() == [("gradient_toggled", False)]
    assert panel.gradient.isChecked()


def test_sizes_are_linked_until_they_are_not(bench):
    panel = bench.panel
    QTest.keyClick(panel.kernel_size.down, Qt.Key.Key_Up)
    assert bench.take() == [("size_chosen", 4, 4), ("edit_ended",)]
    panel.show_filter(Filter("k", (kernel(np.ones((4, 4))),), ""))
    bench.click(panel.kernel_size.link)
    QTest.keyClick(panel.kernel_size.across, Qt.Key.Key_Up)
    assert bench.take() == [("size_chosen", 4, 5), ("edit_ended",)]


def test_the_brush_paints(bench):
    panel = bench.panel
    panel.brushes.strength.setValue(50)
    panel.brushes.symmetry.activated.emit(4)
    brush = Brush(strength=0.5, symmetry="antisymmetric")
    assert bench.take()[-1] == ("brush_changed", brush)
    assert panel.brushes.brush == brush
    QTest.mouseClick(panel.editor, LEFT, pos=panel.editor.cell_rect(0, 0).center())
    weights = bench.take()[0][2]
    assert weights.tolist() == [[0, 0, 1], [-2, 0, 2], [-1, 0, 0]]


def test_quarter_turns_are_for_squares(bench):
    symmetry = bench.panel.brushes.symmetry
    rotational = symmetry.findText("Rotational")
    symmetry.activated.emit(rotational)
    assert bench.panel.brushes.brush.symmetry == "rotational"
    bench.panel.show_filter(Filter("k", (kernel([[1, 2]]),), ""))
    assert bench.panel.brushes.brush.symmetry == symmetry.key == "symmetric"
    item = symmetry.model().index(rotational, 0)
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "a square kernel" in item.data(Qt.ItemDataRole.ToolTipRole)
    bench.panel.show_filter(find_preset("gx"))
    item = symmetry.model().index(rotational, 0)
    assert item.flags() & Qt.ItemFlag.ItemIsEnabled


def test_the_line_below_tells_the_exact_weight(bench):
    panel = bench.panel
    panel.show_filter(find_preset("box-3x3"))
    panel.preset.setFocus()
    assert panel.cell.text() == HINT
    QTest.mouseMove(panel.editor, panel.editor.cell_rect(0, 2).center())
    assert panel.cell.text() == "Row 0, column 2: 0.1111111111"


def test_menus_tell_what_is_wanted(bench):
    panel = bench.panel
    for action, transform in zip(panel.transform.menu().actions(), TRANSFORMS, strict=True):
        assert action.text() == transform.name
        assert action.toolTip() == transform.explanation
        action.trigger()
        assert bench.take() == [("transform_chosen", transform)]
    wanted = []
    for action in panel.menu.menu().actions():
        for each in action.menu().actions() if action.menu() else [action]:
            if each.text() and not each.isSeparator():
                each.trigger()
        wanted += bench.take()
    assert wanted == [
        ("open_wanted",),
        ("save_wanted",),
        ("save_own_wanted",),
        ("paste_wanted",),
        ("copy_wanted", "numpy"),
        ("copy_wanted", "matlab"),
        ("copy_wanted", "table"),
        ("copy_wanted", "latex"),
    ]
    bench.click(panel.enlarge)
    panel.set_enlarged(False)
    assert bench.take() == [("enlarge_toggled", True)]
    assert not panel.enlarge.isChecked()


def test_my_kernels_can_be_renamed_and_deleted(bench):
    panel, menu = bench.panel, bench.panel.menu.menu()
    own = Filter("Eyes & ears", (kernel(np.eye(3)),), "/kernels/eyes.json")
    panel.set_user_kernels((own,))

    def texts() -> dict[str, bool]:
        menu.aboutToShow.emit()
        return {action.text(): action.isEnabled() for action in menu.actions()}

    assert texts()["Rename…"] is False
    assert texts()["Delete"] is False
    # Known by what it holds, too: just saved, it still has the name it had.
    for shown in (own, Filter("Gx, edited", (kernel(np.eye(3), "Gx"),), "")):
        panel.show_filter(shown)
        assert texts()["Rename “Eyes && ears”…"]
        assert texts()["Delete “Eyes && ears”"]
        for action in menu.actions():
            if "Eyes" in action.text():
                action.trigger()
        assert bench.take() == [("rename_own_wanted", own), ("delete_own_wanted", own)]


# Families


def open_family(bench: Bench, key: str) -> None:
    family = find_parametric(key)
    action = bench.panel.parametric_button.menu().actions()[PARAMETRIC_KERNELS.index(family)]
    assert action.text() == family.name
    action.trigger()


def made(bench: Bench) -> np.ndarray:
    """Return the weights told last, and show them as the page does."""
    kernels = [told[1] for told in bench.told if told[0] == "parametric_edited"]
    bench.panel.show_filter(Filter("edited", (kernels[-1],), ""))
    return kernels[-1].weights


def test_sliders_make_the_kernel_of_a_family(bench):
    panel = bench.panel
    open_family(bench, "gaussian")
    assert panel.parametric.isVisible()
    distance = np.arange(9) - 4.0
    bell = np.exp(-(distance**2) / (2 * 1.4**2))
    np.testing.assert_allclose(made(bench), np.outer(bell, bell) / bell.sum() ** 2)
    assert bench.take()[-1] == ("edit_ended",)

    row = panel.parametric.rows["sigma"]
    row.slider.setFocus()
    QTest.keyClick(row.slider, Qt.Key.Key_Right)
    assert row.box.value() == pytest.approx(1.5)
    assert [told[0] for told in bench.told] == ["parametric_edited", "edit_ended"]
    bell = np.exp(-(distance**2) / (2 * 1.5**2))
    np.testing.assert_allclose(made(bench), np.outer(bell, bell) / bell.sum() ** 2)

    # Another size is filled by the formula, not with zeros.
    bench.take()
    QTest.keyClick(panel.kernel_size.down, Qt.Key.Key_Up)
    assert [told[0] for told in bench.told] == ["parametric_edited", "edit_ended"]
    assert made(bench).shape == (10, 10)
    assert (made(bench) > 0).all()

    # A kernel that is not the sliders' any more is embedded.
    panel.show_filter(find_preset("gx"))
    bench.take()
    QTest.keyClick(panel.kernel_size.down, Qt.Key.Key_Up)
    assert bench.take()[0] == ("size_chosen", 4, 4)


def test_dragging_a_slider_ends_once(bench):
    open_family(bench, "sobel")
    assert made(bench).tolist() == find_preset("gx").kernels[0].weights.tolist()
    bench.take()
    slider = bench.panel.parametric.rows["angle"].slider
    start = QPoint(6, slider.height() // 2)
    QTest.mousePress(slider, LEFT, pos=start)
    for x in (20, 40, 60):
        QTest.mouseMove(slider, QPoint(x, start.y()))
    assert {told[0] for told in bench.told} == {"parametric_edited"}
    assert len(bench.told) == 3
    bench.take()
    QTest.mouseRelease(slider, LEFT, pos=QPoint(60, start.y()))
    assert bench.take() == [("edit_ended",)]


def test_another_family_has_its_own_sliders_and_the_panel_closes(bench):
    open_family(bench, "gaussian")
    open_family(bench, "gabor")
    assert list(bench.panel.parametric.rows) == ["angle", "wavelength", "sigma", "phase"]
    bench.panel.parametric.rows["angle"].box.setValue(90)
    assert bench.panel.parametric.rows["angle"].slider.value() == 90
    weights = made(bench)
    np.testing.assert_allclose(weights, weights[:, ::-1], atol=1e-12)  # stripes lie
    bench.click(bench.panel.parametric.findChild(QToolButton))
    assert not bench.panel.parametric.isVisible()


# The list of presets


def test_the_list_has_groups_icons_and_my_kernels(bench):
    own = Filter("Spots", (kernel(np.eye(3)),), "spots")
    bench.panel.set_user_kernels((own,))
    chooser = bench.panel.preset
    QTest.keyClick(chooser, Qt.Key.Key_Return)
    rows = [chooser.popup.list.item(row) for row in range(chooser.popup.list.count())]
    headings = [row.text() for row in rows if not row.flags() & Qt.ItemFlag.ItemIsEnabled]
    assert headings[0] == "Basics"
    assert headings[-1] == "My kernels"
    names = [row.text() for row in rows if row.flags() & Qt.ItemFlag.ItemIsEnabled]
    assert names == [*(preset.name for preset in PRESETS), "Spots"]
    assert chooser.popup.list.currentItem().text() == "Sobel x (Gx)"
    for row in rows:
        assert row.icon().isNull() != bool(row.flags() & Qt.ItemFlag.ItemIsEnabled)
    bench.panel.set_user_kernels(())
    assert chooser.popup.list.count() == len(rows) - 2


def test_typing_finds_a_preset(bench):
    chooser = bench.panel.preset
    chooser.showPopup()
    search = chooser.popup.search
    QTest.keyClicks(search, "BASICS box")
    shown = [
        item.text()
        for item in map(chooser.popup.list.item, range(chooser.popup.list.count()))
        if not item.isHidden()
    ]
    assert shown == ["Basics", "Box blur 3×3", "Box blur 8×8"]
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert bench.take() == [("preset_chosen", find_preset("box-8x8"))]
    assert not chooser.popup.isVisible()
    assert chooser.currentText() == "Sobel x (Gx)"
    chooser.showPopup()
    assert search.text() == ""
    for typed, found in (("sobel", "Sobel x (Gx)"), ("gy", "Sobel y (Gy)"), ("Log", "Laplacian")):
        search.clear()
        QTest.keyClicks(search, typed)
        assert chooser.popup.list.currentItem().text().startswith(found)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not chooser.popup.isVisible()
    assert bench.take() == []


def test_a_click_chooses_and_a_heading_does_not(bench):
    chooser = bench.panel.preset
    chooser.showPopup()
    view = chooser.popup.list
    view.scrollToTop()
    for row, told in ((0, []), (1, [("preset_chosen", PRESETS[0])])):
        place = view.visualItemRect(view.item(row)).center()
        QTest.mouseClick(view.viewport(), LEFT, pos=place)
        assert bench.take() == told


def test_up_and_down_go_through_the_list(bench):
    chooser = bench.panel.preset
    place = PRESETS.index(find_preset("gx"))
    QTest.keyClick(chooser, Qt.Key.Key_Down)
    assert bench.take() == [("preset_chosen", PRESETS[place + 1])]
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert bench.take() == [("preset_chosen", PRESETS[place - 1])]
    bench.panel.show_filter(Filter("unknown", (kernel([[1]]),), ""))
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert bench.take() == []
    QTest.keyClick(chooser, Qt.Key.Key_Down)
    assert bench.take() == [("preset_chosen", PRESETS[0])]


# Access


def test_everything_can_be_reached_named_and_hit(bench, qtbot):
    open_family(bench, "gabor")
    bench.panel.show_filter(find_preset("gradient"))
    qtbot.waitUntil(bench.panel.parametric.rows["phase"].slider.isVisible)
    seen = 0
    for widget in bench.panel.findChildren(QWidget):
        if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if isinstance(widget.parent(), QComboBox) or widget.objectName().startswith("qt_"):
            continue
        if widget.objectName() == "ScrollLeftButton":
            continue
        seen += 1
        name = widget.accessibleName() or (
            widget.text() if isinstance(widget, QAbstractButton) else ""
        )
        assert name, widget
        assert widget.toolTip() or widget in (bench.panel.editor, bench.panel.tabs), name
        assert widget.height() >= 28, name
        assert widget.geometry().right() <= 288
    assert seen >= 20
