"""What can be done with the kernels of a layer."""

from explorer.views.common.command import Command
from explorer.views.network.weights.part import WeightsPart


def _step(
    name: str, text: str, keys: str, *, filters: int = 0, inputs: int = 0
) -> Command[WeightsPart]:
    def run(part: WeightsPart) -> None:
        if filters:
            part.step_filter(filters)
        else:
            part.step_input(inputs)

    return Command(name, text, run, keys=keys, keywords="weights kernel filter channel")


WEIGHTS_COMMANDS: tuple[Command[WeightsPart], ...] = (
    _step("weights_next", "Next filter", "N", filters=1),
    _step("weights_previous", "Previous filter", "Shift+N", filters=-1),
    _step("weights_next_channel", "Next input channel", "C", inputs=1),
    _step("weights_previous_channel", "Previous input channel", "Shift+C", inputs=-1),
    Command(
        "weights_send",
        "Send the kernel to the &Filter page",
        lambda part: part.send(),
        keys="Ctrl+Shift+F",
        keywords="weights kernel convolution apply",
        is_enabled=lambda part: part.has_kernel,
    ),
)
