#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh ROOT: who may include whom. Each line below: a folder, and a pattern for the headers of this project that its files
# may include (quoted ones; those of the system and of libraries are in angle brackets).
set -eu
root=$1

check() {
    folder=$1
    may=$2
    [ -d "$root/$folder" ] || return 0
    grep -rHnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' --include='*.c' --include='*.h' "$root/$folder" |
        while IFS= read -r line; do
            header=$(printf '%s\n' "$line" | sed -E 's/^[^"]*"([^"]*)".*/\1/')
            file=${line%%:*}
            [ "$folder" = daemon ] && case $file in "$root"/daemon/loader/*) continue ;; esac
            if ! printf '%s\n' "$header" | grep -qE "^($may)$"; then
                echo "${line#"$root"/}: $folder may not include this"
            fi
        done
}

# A header beside the file, or of its part of lib, or of the public ones.
own='[a-z_0-9]+\.h'
found=$(
    check lib "$own|armor/[a-z_]+\.h|(base|audit|policy|seed|codec)/[a-z_]+\.h"
    check cli "$own|armor/[a-z_]+\.h"
    check daemon/loader "$own|armor/(base|error|limits|text)\.h"
    check daemon "$own|(api|web)/[a-z_]+\.h|loader/wire\.h|armor/[a-z_]+\.h"
    # no way round by a path
    grep -rHnE '#[[:space:]]*include[[:space:]]*["<](\.\./|.*(daemon|cli|tests)/)' --include='*.c' --include='*.h' \
        "$root/lib" "$root/cli" "$root/daemon" 2>/dev/null || true
)
if [ -n "$found" ]; then
    printf '%s\n' "$found"
    exit 1
fi
[ -d "$root/lib/include/armor" ] || { echo "$root isn't the root of the project"; exit 1; }
