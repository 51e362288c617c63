"""What TensorFlow, Keras and LiteRT tell about themselves on stderr."""

import faulthandler
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# Google's libraries begin a line with the letter of its severity, I for information, and its time.
# TF_CPP_MIN_LOG_LEVEL is not heeded by those that are written before TensorFlow has read it.
_INFORMATION = re.compile(
    rb"I\d{4} \d\d:"
    rb"|\d{4}-\d\d-\d\d [\d:.]+: I "
    rb"|INFO: "
    rb"|WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|To enable the following instructions: "  # the second line of one about the processor
    rb"|Matplotlib is building the font cache"  # Keras imports it; said on slow machines, once
)


@contextmanager
def suppress_info_logs() -> Iterator[None]:
    """Keep information off stderr; all else comes through when the block ends, however it ends.

    Libraries in C++ write to the file descriptor, so it is that which is led elsewhere. Where they
    end the process, Python says on the real one what it was at.
    """
    try:
        real = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    tells_of_crashes = faulthandler.is_enabled()
    if not tells_of_crashes:
        faulthandler.enable(real)
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(real, 2)
            if not tells_of_crashes:
                faulthandler.disable()
            os.close(real)
            kept.seek(0)
            said = [line for line in kept if not _INFORMATION.match(line)]
            os.write(2, b"".join(said))
