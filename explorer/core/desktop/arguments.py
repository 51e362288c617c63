"""Parse command lines."""

import argparse
from typing import NoReturn

from explorer.core.files.names import printable_name


class ArgumentParser(argparse.ArgumentParser):
    """A parser whose errors hold no control characters, which a terminal would obey."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and end the process with exit code 2."""
        super().error(printable_name(message))
