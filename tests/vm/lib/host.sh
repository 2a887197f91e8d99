# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What image and run share on the host: messages and the cache.

# Progress for people, on stderr: "[ 12s] text", seconds since the script started.
say() { printf '[%3ds] %s\n' "$SECONDS" "$*" >&2; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The words of package lists and the like: one a line, # starts a comment.
words_of() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -- "$@"; }

need() { # need COMMAND=DEBIAN-PACKAGE...
    local pair missing=()
    for pair; do command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}"); done
    ((${#missing[@]} == 0)) || die "missing on this host; try: apt-get install ${missing[*]}"
}

# Where images are kept, about 1 GB each: $ARMORD_VM_CACHE, else the system's or the user's cache.
cache_dir() {
    if [[ -n ${ARMORD_VM_CACHE:-} ]]; then
        echo "$ARMORD_VM_CACHE"
    elif ((EUID == 0)); then
        echo /var/cache/armord-vm
    else
        echo "${XDG_CACHE_HOME:-$HOME/.cache}/armord-vm"
    fi
}
