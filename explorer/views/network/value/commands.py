"""What can be done with the value that is followed."""

from explorer.views.common.command import Command
from explorer.views.network.value.part import ValuePart

VALUE_COMMANDS: tuple[Command[ValuePart], ...] = (
    Command(
        "value_strongest",
        "Go to the &strongest value",
        lambda part: part.go_to_strongest(),
        keys="G",
        keywords="maximum activation value map",
    ),
    Command(
        "value_pin",
        "&Pin the value",
        lambda part: part.toggle_pin(),
        keys="P",
        keywords="hold freeze value",
        is_checked=lambda part: part.pin_box.isChecked(),
    ),
    Command(
        "value_effective",
        "Light up the &effective field",
        lambda part: part.toggle_effective(),
        keys="E",
        keywords="receptive field gradient luo",
        is_checked=lambda part: part.effective_box.isChecked(),
    ),
    Command(
        "value_order",
        "&Largest contributions first",
        lambda part: part.toggle_order(),
        keys="L",
        keywords="sort arithmetic channels",
        is_checked=lambda part: part.sort_box.isChecked(),
    ),
)
