"""The form of a training: pictures, recipe, and how it is trained."""

from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPushButton, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.training.recipes import RECIPES, recipe_facts
from explorer.state.training.setup_state import SetupState
from explorer.views.common.command_action import CommandButton
from explorer.views.common.controls.choice_box import Choice, ChoiceBox
from explorer.views.common.controls.fold import Fold
from explorer.views.common.controls.number_box import HEIGHT_PX, NumberBox
from explorer.views.common.dialogs.folder_dialogs import ask_for_dataset
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import add_field, field_grid, in_column, in_row
from explorer.views.common.theme import SPACING_PX

LABEL_WIDTH_PX = 88
MOST_EPOCHS, MOST_BATCH, MOST_PICTURES, MOST_SEED = 10_000, 4096, 10_000_000, 2**32 - 11
WEIGHTS = (
    "Its ImageNet weights are downloaded once, by Keras. Without a network, choose a file of them "
    "(“no top”)."
)


class TrainingForm(QWidget):
    """Shows what is wanted and changes it.

    Parameters
    ----------
    state : SetupState
    train, demonstrate : CommandButton
    """

    def __init__(self, state: SetupState, train: CommandButton, demonstrate: CommandButton) -> None:
        super().__init__()
        self._state = state
        self.data = ElidedLabel()
        self.open_button = QPushButton("Open folder…")
        self.open_button.setMinimumHeight(HEIGHT_PX)
        self.recipe = ChoiceBox(
            "Recipe", [Choice(one.name, one.name, f"{one.sentence}.") for one in RECIPES]
        )
        self.about = plain_label(wraps=True, is_quiet=True)
        self.epochs = NumberBox("Most epochs", 1, MOST_EPOCHS)
        self.augmentation = QCheckBox("Augment the pictures")
        self.augmentation.setToolTip(
            "Change the pictures at random in each epoch: the network learns what stays the same"
        )
        self.decisions = QCheckBox()
        self.decisions.setToolTip("Heed what was decided on the Health part of the Dataset page")
        self.name = QLineEdit()
        self.name.setMinimumHeight(HEIGHT_PX)
        self.name.setAccessibleName("Name of the run")
        self.weights = self._build_weights()
        self.more = Fold("More", self._build_more())
        self.start_from = self._build_start_from()
        self.train_button = train
        train.setDefault(True)
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "&Recipe", self.recipe)
        grid.addWidget(self.about, grid.rowCount(), 0, 1, 2)
        add_field(grid, "&Epochs", self.epochs, "At most; it stops earlier once nothing improves")
        add_field(grid, "&Name", self.name, "Of the run, which becomes a model of this name")
        in_column(
            in_row((self.data, 1), self.open_button),
            grid,
            self.weights,
            self.start_from,
            self.augmentation,
            self.decisions,
            self.more,
            in_row((train, 1), demonstrate),
            of=self,
        )
        self._connect()
        state.changed.connect(self._show)
        self._show()

    def _build_weights(self) -> QWidget:
        self.weights_text = plain_label(WEIGHTS, wraps=True, is_quiet=True)
        self.weights_button = QPushButton("Choose a file…")
        self.weights_button.setMinimumHeight(HEIGHT_PX)
        self.weights_reset = QPushButton("Download them")
        self.weights_reset.setMinimumHeight(HEIGHT_PX)
        made = QWidget()
        row = in_row(self.weights_button, self.weights_reset, 1)
        in_column(self.weights_text, row, of=made, spacing=SPACING_PX // 2)
        return made

    def _build_more(self) -> QWidget:
        self.batch_size = NumberBox("Batch size", 1, MOST_BATCH)
        self.share = NumberBox("Share of the test set, in per cent", 1, 90)
        self.share.setSuffix(" %")
        self.limit = NumberBox("Most pictures", 0, MOST_PICTURES)
        self.limit.setSpecialValueText("all")
        self.seed = NumberBox("Seed", 0, MOST_SEED)
        grid = field_grid(LABEL_WIDTH_PX)
        add_field(grid, "&Batch size", self.batch_size, "Pictures per step")
        add_field(
            grid,
            "Test &share",
            self.share,
            "Of each class, unless the folder itself has a test set",
        )
        add_field(grid, "&Pictures", self.limit, "At most about so many, for a trial")
        add_field(
            grid, "See&d", self.seed, "Decides the split, the first weights and the augmentation"
        )
        made = QWidget()
        made.setLayout(grid)
        return made

    def _build_start_from(self) -> QWidget:
        self.start_text = ElidedLabel()
        self.start_reset = QPushButton("From scratch")
        self.start_reset.setToolTip("Begin with weights of its own again")
        self.start_reset.setMinimumHeight(HEIGHT_PX)
        made = QWidget()
        in_row((self.start_text, 1), self.start_reset, of=made)
        return made

    def _connect(self) -> None:
        want = self._state.want
        self.open_button.clicked.connect(self.ask_for_folder)
        self.recipe.chosen.connect(lambda name: want(recipe=name, start_from=None))
        self.epochs.edited.connect(lambda value: want(epochs=round(value)))
        self.batch_size.edited.connect(lambda value: want(batch_size=round(value)))
        self.share.edited.connect(lambda value: want(ratio=round(value) / 100))
        self.limit.edited.connect(lambda value: want(limit=round(value) or None))
        self.seed.edited.connect(lambda value: want(seed=round(value)))
        self.augmentation.clicked.connect(lambda is_on: want(augmentation=is_on))
        self.decisions.clicked.connect(lambda is_on: want(takes_decisions=is_on))
        self.name.textEdited.connect(lambda text: want(name=text.strip()))
        self.weights_button.clicked.connect(self._ask_for_weights)
        self.weights_reset.clicked.connect(lambda: want(backbone_weights=None))
        self.start_reset.clicked.connect(lambda: want(start_from=None))

    def ask_for_folder(self) -> None:
        """Let a person choose the pictures."""
        folder = ask_for_dataset(self)
        if folder is not None:
            self._state.choose_folder(folder)

    def _ask_for_weights(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "ImageNet weights without the top", filter="Weights (*.h5);;All files (*)"
        )
        if name:
            self._state.want(backbone_weights=Path(name))

    def _show(self) -> None:
        state, wanted = self._state, self._state.wanted
        dataset, facts = state.dataset, recipe_facts(wanted.recipe)
        self.data.setText("No pictures yet" if dataset is None else printable_name(dataset.folder))
        self.data.setToolTip("" if dataset is None else printable_name(str(dataset.folder)))
        self.recipe.choose(wanted.recipe)
        self.about.setText(f"{facts.sentence[:1].upper()}{facts.sentence[1:]}.")
        self.epochs.show_number(wanted.epochs)
        self.batch_size.show_number(wanted.batch_size)
        self.share.show_number(round(100 * wanted.ratio))
        self.limit.show_number(wanted.limit or 0)
        self.seed.show_number(wanted.seed)
        self.augmentation.setChecked(wanted.augmentation and wanted.recipe != "bottleneck")
        self.augmentation.setEnabled(wanted.recipe != "bottleneck")
        excluded, relabelled = state.decided
        self.decisions.setVisible(bool(excluded or relabelled))
        self.decisions.setText(f"Leave out {excluded:,}, relabel {relabelled:,} as decided")
        self.decisions.setChecked(wanted.takes_decisions)
        if self.name.text().strip() != wanted.name:
            self.name.setText(wanted.name)
        if state.plan is not None:
            self.name.setPlaceholderText(state.plan.target.name)
        self.weights.setVisible(facts.is_pretrained)
        file = wanted.backbone_weights
        self.weights_text.setText(WEIGHTS if file is None else f"Weights: {printable_name(file)}")
        self.weights_reset.setVisible(file is not None)
        self.start_from.setVisible(wanted.start_from is not None)
        if wanted.start_from is not None:
            name = shorten_name(printable_name(wanted.start_from))
            self.start_text.setText(f"Trains on from “{name}”")
        self.more.set_summary(_summary(self._state))


def _summary(state: SetupState) -> str:
    wanted = state.wanted
    limit = "" if wanted.limit is None else f", {wanted.limit:,} pictures"
    return f"batches of {wanted.batch_size:,}, {100 * wanted.ratio:.0f} % test{limit}"
