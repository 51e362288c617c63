#!/bin/sh
# Make the virtual environment and install the program and its tools into it.
# Usage: sh setup/install.sh FOLDER, from the project's root. `make` calls it where it is needed.
set -eu
environment=$1

# The pinned packages were tried with 3.11; `python3` may be older or newer than they allow.
python=
for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer was not found. On Debian or Ubuntu: sudo apt-get install python3" >&2
    exit 1
fi

"$python" setup/system_packages.py
echo "Installing into $environment, once (about 700 MB to fetch) …"
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --disable-pip-version-check \
    --constraint constraints.txt --editable ".[dev]"
