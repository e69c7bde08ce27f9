#!/bin/sh
# Regenerates every oracle file with the pinned libraries and fails when one differs.
# With `--write` it replaces the committed files instead.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${CARGO_TARGET_DIR:-$here/../../../../target}
environment=$target/oracle-primitives
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# The environment is kept until the pinned versions change.
if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi

for name in holidays ruts solstices; do
    # -P keeps this folder off the import path, where holidays.py would hide the library.
    "$environment/bin/python" -P "$here/$name.py" > "$fresh/$name.csv"
    if [ "${1:-}" = "--write" ]; then
        cp "$fresh/$name.csv" "$here/$name.csv"
    else
        diff -u "$here/$name.csv" "$fresh/$name.csv"
    fi
done
