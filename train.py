"""Train a network without the program being installed: `convnet-explorer train`, as a script."""

import signal

if __name__ == "__main__":
    # Until main() listens, Ctrl-C ends the process at once: no traceback from within an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys

from explorer.cli.train import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], command="python train.py"))
