#!/usr/bin/env bash
# Resolve pyproject.toml into hashed locks that hold for every supported Python and platform.
# The resolver lives in a throwaway environment: nobody who only installs needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

resolver=$(mktemp -d)
trap 'rm -rf "$resolver"' EXIT
"${PYTHON:-python3}" -m venv --without-pip "$resolver"
"${PYTHON:-python3}" -m pip --python "$resolver/bin/python" install --quiet 'uv>=0.11'

export UV_CUSTOM_COMPILE_COMMAND="make lock"
compile() { "$resolver/bin/uv" pip compile --universal --generate-hashes --python-version 3.11 --quiet "$@"; }

# dev.lock is resolved first; the others are cuts of it, so that one environment can take all three.
compile pyproject.toml --extra dev --output-file requirements/dev.lock
compile pyproject.toml --extra server --extra postgres --constraint requirements/dev.lock --output-file requirements/server.lock
compile requirements/build.in --constraint requirements/dev.lock --output-file requirements/build.lock
