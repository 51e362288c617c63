"""The panels of the steps that are no convolution, under a hand."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from explorer.core.filters.step_thumbnails import weight_picture
from explorer.core.filters.steps import MAX_SEED, Dense, Pooling, Relu, Shuffle
from explorer.core.text.glossary import define
from explorer.views.filter.steps.panels import DensePanel, PoolingPanel, ReluPanel, ShufflePanel

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
ENDED = "ended"


@pytest.fixture
def make(qtbot):
    """Return a function that shows a panel and the list of what it tells."""

    def show(kind):
        panel, told = kind(), []
        panel.operation_changed.connect(told.append)
        panel.edit_ended.connect(lambda: told.append(ENDED))
        qtbot.addWidget(panel)
        panel.resize(288, 600)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        return panel, told

    return show


def take(told):
    taken = told[:]
    told.clear()
    return taken


@pytest.mark.parametrize("kind", [ReluPanel, ShufflePanel, PoolingPanel, DensePanel])
def test_every_panel_fits_into_the_inspector(make, kind):
    panel, _ = make(kind)
    assert panel.minimumSizeHint().width() <= 288


def test_relu_is_explained(make):
    panel, told = make(ReluPanel)
    panel.show_operation(Relu())
    assert define("ReLU") in [label.text() for label in panel.findChildren(QLabel)]
    assert told == []


def test_a_shuffle_gets_another_seed(qtbot, make):
    panel, told = make(ShufflePanel)
    panel.show_operation(Shuffle(7))
    assert told == []
    qtbot.mouseClick(panel.again, LEFT)
    assert take(told) == [Shuffle(8), ENDED]
    assert panel.seed.value() == 7  # until the state says otherwise
    panel.seed.setFocus()
    panel.seed.selectAll()
    qtbot.keyClicks(panel.seed, "12")
    qtbot.keyClick(panel.seed, Key.Key_Return)
    assert take(told) == [Shuffle(12), ENDED]
    panel.show_operation(Shuffle(MAX_SEED))
    qtbot.mouseClick(panel.again, LEFT)
    assert take(told) == [Shuffle(0), ENDED]


def test_pooling_takes_kind_size_and_stride(qtbot, make):
    panel, told = make(PoolingPanel)
    panel.show_operation(Pooling("max", (3, 3), (2, 2)))
    assert told == []
    panel.kind.setFocus()
    qtbot.keyClick(panel.kind, Key.Key_Down)
    assert take(told) == [Pooling("average", (3, 3), (2, 2)), ENDED]
    qtbot.keyClick(panel.size_pair.down, Key.Key_Up)
    assert take(told) == [Pooling("max", (4, 4), (2, 2)), ENDED]
    panel.stride.link.click()
    qtbot.keyClick(panel.stride.across, Key.Key_Up)
    assert take(told) == [Pooling("max", (3, 3), (2, 3)), ENDED]


def test_windows_that_lie_side_by_side_go_on_doing_so(qtbot, make):
    panel, told = make(PoolingPanel)
    panel.show_operation(Pooling("max", (2, 2), (2, 2)))
    qtbot.keyClick(panel.size_pair.down, Key.Key_Up)
    assert take(told) == [Pooling("max", (3, 3), (3, 3)), ENDED]


def test_the_size_after_pooling_is_written_out(make):
    panel, _ = make(PoolingPanel)
    panel.show_operation(Pooling("max", (3, 2), (2, 4)), (375, 500))
    assert panel.output_size.text == (
        "height ⌊(375 − 3) / 2⌋ + 1 = 187\nwidth ⌊(500 − 2) / 4⌋ + 1 = 125"
    )
    panel.show_operation(Pooling("max", (3, 60)), (375, 50))
    assert panel.output_size.text == (
        "A 3×60 window does not fit into 375 rows and 50 columns: choose a smaller one."
    )


def test_neurons_show_pattern_score_and_softmax(make):
    panel, told = make(DensePanel)
    panel.show_operation(
        Dense(("centre", "random")), [-1234.5678, 0.25], [0.001, 0.999], (375, 500)
    )
    first, second = panel.rows
    assert [row.pattern.key for row in panel.rows] == ["centre", "random"]
    assert first.texts == ("score −1,235", "0.1\u00a0%")
    assert second.texts == ("score 0.25", "99.9\u00a0%")
    assert "-1234.5678" in first.toolTip()
    assert first.accessibleName() == first.toolTip()
    panel.show_operation(Dense(("centre", "random")))
    assert first.texts == ("–", "")
    assert told == []


def test_the_softmax_is_drawn_as_a_bar(make):
    panel, _ = make(DensePanel)

    def bar_widths(probabilities):
        panel.show_operation(Dense(("centre", "random")), [0.0, 1.0], probabilities)
        color = panel.palette().highlight().color().getRgb()[:3]
        widths = []
        for row in panel.rows:
            image = row.grab().toImage()
            lines = [
                sum(image.pixelColor(x, y).getRgb()[:3] == color for x in range(64, image.width()))
                for y in range(40, image.height())
            ]
            widths.append(max(lines))
        return widths

    few, many = bar_widths([0.25, 0.75])
    assert many == pytest.approx(3 * few, abs=4)
    assert few == pytest.approx((panel.rows[0].width() - 64) / 4, abs=3)


def test_a_neuron_s_weights_are_painted(make):
    panel, _ = make(DensePanel)
    ramp = np.tile(np.linspace(-1, 1, 90, dtype=np.float32), (60, 1))
    pictures = [weight_picture(ramp), weight_picture(-ramp)]
    panel.show_operation(Dense(("left to right", "random")), weight_pictures=pictures)
    for row, is_orange_right in zip(panel.rows, (True, False), strict=True):
        image = row.grab().toImage()
        red, _, blue, _ = image.pixelColor(52, 28).getRgb()
        assert (red > blue) == is_orange_right
        red, _, blue, _ = image.pixelColor(3, 28).getRgb()
        assert (red > blue) != is_orange_right


def test_a_neuron_gets_another_pattern(qtbot, make):
    panel, told = make(DensePanel)
    panel.show_operation(Dense(("centre", "random"), seed=4))
    panel.rows[1].pattern.setFocus()
    qtbot.keyClick(panel.rows[1].pattern, Key.Key_Up)
    assert take(told) == [Dense(("centre", "top to bottom"), seed=4), ENDED]


def test_neurons_are_added_and_taken_away(qtbot, make):
    panel, told = make(DensePanel)
    panel.show_operation(Dense(("random", "random")))
    qtbot.keyClick(panel.neurons, Key.Key_Up)
    assert take(told) == [Dense(("random", "random", "top to bottom")), ENDED]
    panel.show_operation(Dense())
    assert len(panel.rows) == 4
    qtbot.keyClick(panel.neurons, Key.Key_Down)
    assert take(told) == [Dense(("centre", "left to right", "top to bottom")), ENDED]
    panel.show_operation(Dense(("centre", "random")))
    assert len(panel.rows) == 2
    qtbot.keyClick(panel.neurons, Key.Key_Down)
    assert take(told) == []


def test_the_seed_is_for_random_weights(qtbot, make):
    panel, told = make(DensePanel)
    panel.show_operation(Dense(("centre", "centre")))
    assert not panel.seed.isEnabled()
    panel.show_operation(Dense(("centre", "random"), seed=3))
    assert panel.seed.isEnabled()
    qtbot.keyClick(panel.seed, Key.Key_Up)
    assert take(told) == [Dense(("centre", "random"), seed=4), ENDED]


@pytest.mark.parametrize(
    ("shuffled_by", "shuffle_seed", "is_checked", "wanted"),
    [
        (None, 5, False, 5),
        (5, 5, True, None),
        (5, 6, False, 6),  # the pixels were shuffled again
        (5, None, True, None),
    ],
)
def test_weights_are_shuffled_alike(qtbot, make, shuffled_by, shuffle_seed, is_checked, wanted):
    panel, told = make(DensePanel)
    panel.show_operation(Dense(shuffled_by=shuffled_by), shuffle_seed=shuffle_seed)
    assert panel.alike.isChecked() == is_checked
    qtbot.mouseClick(panel.alike, LEFT)
    assert take(told) == [Dense(shuffled_by=wanted), ENDED]
    assert panel.alike.isChecked() == is_checked  # until the state says otherwise


def test_without_a_shuffle_there_is_nothing_to_be_alike(qtbot, make):
    panel, told = make(DensePanel)
    panel.show_operation(Dense())
    assert not panel.alike.isEnabled()
    qtbot.mouseClick(panel.alike, LEFT)
    assert told == []


def test_the_weights_are_counted(make):
    panel, _ = make(DensePanel)
    panel.show_operation(Dense(), input_shape=(256, 200, 3))
    assert panel.weight_count.text == (
        "200 × 256 × 3 = 153,600 inputs\n153,600 inputs × 4 neurons =\n614,400 weights"
    )
