#!/usr/bin/env bash
# Print the Python to use: the newest on PATH that the suite runs on, else any other of 3.11 or later; or say clearly
# that there is none. A name on PATH proves nothing (version managers leave shims that only print an error), so each is run.
set -euo pipefail

suitable='import sys; sys.exit(sys.version_info < (3, 11))'
for name in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
    if command -v "$name" >/dev/null && "$name" -c "$suitable" >/dev/null 2>&1; then
        "$name" -c "import sys; print(sys.executable)"
        exit 0
    fi
done
echo "Chainrule needs Python 3.11 or later and found none${PYTHON:+ at PYTHON=$PYTHON}." >&2
echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2
exit 1
