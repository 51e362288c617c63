"""What can be done with the runs that are chosen."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.training.runs.part import RunsPart


def _is_whole(part: "RunsPart") -> bool:
    return part.run is not None and part.run.is_whole


def _continue_text(part: "RunsPart") -> str:
    is_broken_off = part.run is not None and part.run.state == "unfinished"
    return "&Go on with it…" if is_broken_off else "&Continue from it…"


RUN_COMMANDS: tuple[Command["RunsPart"], ...] = (
    Command(
        "open_in_network",
        "Open run in &Network",
        lambda part: part.open_in("network"),
        keys="N",
        keywords="run model layers feature maps weights",
        tip="Make it the current model, and look inside it (Enter)",
        is_enabled=_is_whole,
    ),
    Command(
        "open_in_classify",
        "Open run in &Classify",
        lambda part: part.open_in("classify"),
        keys="C",
        keywords="run model predict current",
        tip="Make it the current model, and classify the current picture",
        is_enabled=_is_whole,
    ),
    Command(
        "look_back",
        "Look &back at its epochs",
        lambda part: part.show_epochs(),
        keys="E",
        keywords="run scrub film history kept weights",
        tip="What the network was like after each epoch that was kept",
        is_enabled=lambda part: part.run is not None and bool(part.run.epochs),
    ),
    Command(
        "continue_run",
        "&Continue from it…",
        lambda part: part.continue_run(),
        keywords="train again further start from resume fine-tune",
        tip="Train on from its weights; one that was broken off goes on where it was",
        is_enabled=lambda part: part.run is not None and part.run.can_go_on,
        describe=_continue_text,
    ),
    Command(
        "what_changed",
        "Which pictures changed &sides",
        lambda part: part.changes.compare(),
        keywords="compare two runs right wrong before after fixes dataset",
        tip="Of the open dataset: which pictures one of the two runs gets right, and the other not",
        is_enabled=lambda part: part.changes.can_compare and not part.changes.is_busy,
    ),
    Command(
        "show_run_folder",
        "Show the run's &folder",
        lambda part: part.show_folder(),
        keywords="run file manager explorer finder reveal history.csv",
        tip="Where its files lie, history.csv among them",
        is_enabled=lambda part: part.run is not None and part.run.state != "gone",
    ),
    Command(
        "rename_run",
        "&Rename…",
        lambda part: part.rename(),
        keys="F2",
        keywords="run name folder",
        is_enabled=lambda part: part.run is not None and part.run.can_change,
    ),
    Command(
        "delete_runs",
        "&Delete…",
        lambda part: part.put_away(),
        keys="Del",
        keywords="run remove bin trash",
        tip="Move the chosen runs to the system's bin",
        is_enabled=lambda part: bool(part.chosen) and all(run.can_change for run in part.chosen),
    ),
    Command(
        "forget_run",
        "F&orget it",
        lambda part: part.forget(),
        keywords="run remove list gone",
        tip="List it no more: its folder is gone",
        is_enabled=lambda part: part.run is not None and part.run.state == "gone",
    ),
)
BUTTONS = ("open_in_network", "open_in_classify", "look_back", "continue_run")
"""Those that stand in the panel."""
