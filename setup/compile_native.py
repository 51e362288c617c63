"""Compile the native code when the program is installed; where there is no compiler, do without.

The program is whole without it: OpenCV then does the same in up to twice the time.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("explorer/core/convolution/native/separable.c")
LIBRARY = SOURCE.with_suffix(".so")
FLAGS = ("-O3", "-shared", "-fPIC")


class CompileNative(BuildHookInterface[Any]):
    """Puts the compiled code beside its source, and into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a wheel with native code is for one kind of system, and any Python."""
        if not compile_native(Path(self.root)):
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(f"/{LIBRARY.as_posix()}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def compile_native(root: Path) -> bool:
    """Compile what is older than its source; say whether there is compiled code afterwards."""
    source, library = root / SOURCE, root / LIBRARY
    if library.is_file() and library.stat().st_mtime >= source.stat().st_mtime:
        return True
    compiler = _find_compiler()
    if compiler is None:
        print("No C compiler was found: small separable kernels take up to twice the time.")
        return False
    # Beside it and then in its place: a program that runs goes on with the old one.
    made = library.with_suffix(f".{os.getpid()}")
    try:
        subprocess.run([*compiler, *FLAGS, "-o", str(made), str(source)], check=True)
        made.replace(library)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The native code was not compiled, the program does without it: {error}")
        return False
    finally:
        made.unlink(missing_ok=True)
    return True


def _find_compiler() -> list[str] | None:
    """Return the command of a C compiler, the one that $CC names first."""
    if sys.platform == "win32":  # its compilers take other options
        return None
    named = (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc", "gcc", "clang")
    commands = [shlex.split(name) for name in named if name]
    return next((command for command in commands if shutil.which(command[0])), None)
