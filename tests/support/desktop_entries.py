"""A reader of freedesktop entries, written from the Desktop Entry specification."""


def read_entry(data: bytes) -> dict[str, str]:
    """Read a desktop entry's keys, undoing the escapes that all strings have."""
    header, *lines = data.decode().removesuffix("\n").split("\n")
    assert header == "[Desktop Entry]"
    values = {}
    for line in lines:
        key, value = line.split("=", 1)
        assert key not in values
        text, rest = "", iter(value)
        for character in rest:
            escapes = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
            text += escapes[next(rest)] if character == "\\" else character
        values[key] = text
    return values


def read_exec(value: str, files: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Split an Exec value into arguments by the Desktop Entry specification's rules."""
    arguments: list[str] = []
    at = 0
    while at < len(value):
        if value[at] == " ":
            at += 1
            continue
        argument = ""
        if value[at] == '"':
            at += 1
            while value[at] != '"':
                if value[at] == "\\":
                    at += 1
                    assert value[at] in '"`$\\'
                else:
                    assert value[at] not in "`$"
                argument += value[at]
                at += 1
            at += 1
            assert at == len(value) or value[at] == " "
            arguments.append(argument.replace("%%", "%"))
        else:
            while at < len(value) and value[at] != " ":
                assert value[at] not in "\t\n\"'\\><~|&;$*?#()`", "a reserved character, unquoted"
                argument += value[at]
                at += 1
            if argument == "%F":
                arguments.extend(files)
            else:
                arguments.append(argument.replace("%%", "%"))
    return tuple(arguments)
