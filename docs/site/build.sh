#!/bin/sh
# Makes one site of all pages and of the references that the OpenAPI documents are, into the folder
# named; everything it needs lies in it. A link that leads nowhere is an error.
set -eu

[ $# -eq 1 ] || { echo "usage: build.sh FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
target=${CARGO_TARGET_DIR:-$root/target}
environment=$target/site-environment
mkdir -p "$1"
folder=$(cd "$1" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# Both are kept until what is pinned changes.
pins=$(cat "$here/requirements.txt" "$here/packages.sha256")
if [ "$(cat "$environment/pins" 2>/dev/null)" != "$pins" ]; then
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        -r "$here/requirements.txt"
    (
        cd "$environment"
        while read -r _ file; do
            package=${file%-*}
            version=${file##*-}
            npm pack --silent "$package@${version%.tgz}" >/dev/null
        done < "$here/packages.sha256"
        sha256sum --check --quiet "$here/packages.sha256"
        for file in mermaid redoc; do
            mkdir -p "$file"
            tar -xzf "$file"-*.tgz -C "$file" --strip-components=1
        done
    )
    printf '%s\n' "$pins" > "$environment/pins"
fi

pages=$stage/pages
mkdir -p "$pages/scripts" "$pages/api"
cp "$here/mkdocs.yml" "$stage"
cp "$here/tables.css" "$here/diagrams.js" "$environment/mermaid/dist/mermaid.min.js" \
    "$environment/redoc/bundles/redoc.standalone.js" "$pages/scripts"

# All pages where they are, and whatever they point to beside them.
copy() {
    mkdir -p "$pages/$(dirname "$1")"
    cp "$root/$1" "$pages/$1"
}
for page in "$root"/*.md "$root"/docs/*.md "$root"/docs/adr/*.md "$root"/docs/errors/*.md; do
    copy "${page#"$root"/}"
done
for file in LICENSE-APACHE LICENSE-MIT clippy.toml docs/examples/mapping.toml xtask/tidy.toml; do
    copy "$file"
done
# The sources that pages name as their evidence; one that is not there is a link that leads nowhere.
grep -oh ']([./]*crates/[^)#]*' "$root"/docs/*.md "$root"/docs/adr/*.md | sed 's/^.*[./]crates/crates/' |
    sort -u | while read -r file; do
        if [ -f "$root/$file" ]; then copy "$file"; fi
    done

for document in "$root"/crates/*/openapi/*.json; do
    name=$(basename "$document" .json)
    sed "s/@NAME@/$name/g" "$here/api.html" > "$pages/api/$name.html"
    { printf 'const description = '; cat "$document"; printf ';\n'; } > "$pages/api/$name.js"
done

# What it warns of is an error, and is not told where it is asked to be quiet.
"$environment/bin/mkdocs" build --config-file "$stage/mkdocs.yml" --site-dir "$folder" \
    > "$stage/told" 2>&1 || { cat "$stage/told" >&2; exit 1; }
