# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What contrib/demo and contrib/test share: steps with their time, packages, a staged build. Sourced, not run.

ARMORD_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
STEPS_LOG=${STEPS_LOG:-$(mktemp -t armord-steps.XXXXXX)}

# What a build needs, and what the virtual machine needs; all of it from Debian.
# shellcheck disable=SC2034  # used by the scripts that source this file
PACKAGES_BUILD=(cmake ninja-build gcc libc6-dev pkg-config libapparmor-dev libaudit-dev libsystemd-dev libyaml-dev
    libjansson-dev libsqlite3-dev libmicrohttpd-dev libcurl4-openssl-dev libxxhash-dev zlib1g-dev apparmor)
# shellcheck disable=SC2034
PACKAGES_CONTAINER=(mmdebstrap debian-archive-keyring)
# shellcheck disable=SC2034
PACKAGES_VM=("${PACKAGES_CONTAINER[@]}" qemu-system-x86 qemu-utils e2fsprogs)

# shellcheck disable=SC2034
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
    BOLD='' DIM='' RED='' GREEN='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
die() {
    printf '%s%s%s\n' "$RED" "$*" "$PLAIN" >&2
    exit 1
}

require_root() {
    [ "$(id -u)" -eq 0 ] || die "$1 installs packages and starts a virtual machine: run it as root (sudo $1)."
}

# step TEXT COMMAND...: run quietly, say how long it took; on failure show the end of what it printed, and return its status.
step() {
    local text=$1 start=$SECONDS status=0
    shift
    printf '%s... ' "$text"
    "$@" >"$STEPS_LOG" 2>&1 </dev/null || status=$?
    if [ "$status" -eq 0 ]; then
        printf '%s%d s%s\n' "$DIM" $((SECONDS - start)) "$PLAIN"
    else
        printf '%sfailed%s after %d s (exit %d):\n' "$RED" "$PLAIN" $((SECONDS - start)) "$status"
        tail -n 40 "$STEPS_LOG" | sed 's/^/    /'
    fi
    return "$status"
}

# install_packages NAME...: those that are missing, from Debian.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "Needs these Debian packages, and there is no apt-get here: ${missing[*]}"
    step "Reading the package lists" apt-get update
    step "Installing ${#missing[@]} packages" \
        env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# stage_release DIR: the release build, installed below DIR as a package would.
stage_release() {
    cmake -S "$ARMORD_ROOT" --preset release -DARMORD_TESTS=OFF &&
        cmake --build "$ARMORD_ROOT/build/release" &&
        rm -rf "$1" && DESTDIR=$1 cmake --install "$ARMORD_ROOT/build/release" --strip
}

# stage_vm_tools DIR: the programs that scenarios need (tests/vm/tools), below DIR, apart from the release.
stage_vm_tools() {
    cmake -S "$ARMORD_ROOT" --preset plain &&
        cmake --build "$ARMORD_ROOT/build/plain" --target vm-tools &&
        rm -rf "$1" && DESTDIR=$1 cmake --install "$ARMORD_ROOT/build/plain" --prefix /usr --component vm-tools
}
