#!/bin/sh
# Make the virtual environment and install the program and its tools into it.
# Usage: sh setup/install.sh FOLDER, from the project's root. `make` calls it where it is needed.
set -eu
environment=$1

# `python3` may be too old for the program, or too new for TensorFlow.
python=
for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11, 3.12 or 3.13 was not found. On Debian 12: sudo apt-get install python3" >&2
    exit 1
fi

"$python" setup/system_packages.py
echo "Installing into $environment, once (about 700 MB to fetch) …"
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --disable-pip-version-check \
    --constraint constraints.txt --editable ".[dev]"
