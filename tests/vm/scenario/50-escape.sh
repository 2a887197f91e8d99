#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# File names that look like patterns, rules or the end of a profile: the kernel's records of them become rules which this system's
# apparmor_parser and kernel take for exactly these names.
# machines: bookworm trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"

export LC_ALL=C # names are bytes, and need not be characters
readonly DIR=/srv/escape
readonly LABEL=armord-escape

# shellcheck disable=SC2016  # as they are
readonly NAMES=(plain 'a b' ' leading' 'trailing ' '  ' $'tab\t' $'line\nbreak' $'end\n' $'a\n1' $'ctl\x01\x02\x1f\x7f' $'cr\r'
    'q"' '"quoted"' 'bs\' 'bs b\' 'bs2\\' 'bsq\"' 'bs\ ' 'bs\n' 'bs\040' 'bs\x41' 'bs\d65' 'st*' 'st**' '*' '**' 'qm?' '?'
    'cl[bc]' 'cl[' 'cl]' 'cl[^b]' 'al{b,c}' 'al{' 'al}' 'al{b' 'co,b' 'co,' ',' 'ca^b' '^' 'do$' '$HOME' '${x}' 'at@b' '@{HOME}'
    '@{PROC}' '@{' 'at@' '#' 'ha#b' '#include <x>' $'in\n#include <abstractions_base>\n' $'ru\n  capability,\n' $'rr r,\n  ** rwlkm,\n'
    $'br" rw,\n}\nprofile evil {\n  "x' 'include <x>' 'ar -> b' 'px px -> unconfined' 'eq=b' 'pa(b)' 'pi|b' '+' 'ex!b' 'ti~b' "ap'b'"
    'gr`id`' 'se;b' 'lt<b>' 'am&b' 'cn:b' '-' '--' $'\xc3\xa4\xe2\x82\xac' $'\xff\xfe\x80' $'cut\xc3' $'mix\x80\n"\\' 'per%00b')

# neighbours NAME: names that a pattern made of NAME by mistake would be of as well.
neighbours() {
    local plain=${1//[^a-zA-Z0-9]/x}
    printf '%s\0' "${plain}" "${1}x" "${1%?}"
    [[ $1 != al* ]] || printf '%s\0' alb alc
    [[ $1 != cl* ]] || printf '%s\0' clb clc
}

# read_all LIST: reads each file of the list under the profile; prints how many could be read.
read_all() {
    aa-exec -p "$LABEL" -- bash -c 'n=0; while IFS= read -r -d "" f; do read -r _ <"$f" && n=$((n + 1)); done <"$1"; echo "$n"' - "$1" 2>/tmp/escape.err
}

mkdir -p "$DIR"
for name in "${NAMES[@]}"; do
    echo "$name" >"$DIR/$name"
    printf '%s\0' "$DIR/$name"
done >/tmp/escape.names
for name in "${NAMES[@]}"; do
    while IFS= read -r -d '' other; do
        [[ -z $other || $other == . || -e $DIR/$other ]] || {
            echo other >"$DIR/$other"
            printf '%s\0' "$DIR/$other"
        }
    done < <(neighbours "$name")
done >/tmp/escape.others
others=$(tr -dc '\0' </tmp/escape.others | wc -c)
ok "names of ${#NAMES[@]} kinds, $others beside them" test "$others" -ge 50
diag "$(apparmor_parser --version | head -n 1), Linux $(uname -r)"

printf 'profile %s flags=(complain) {\n  audit /** px -> %s,\n}\n' "$LABEL" "$LABEL" >/tmp/escape.complain
ok "a learning profile" apparmor_parser --replace --skip-cache /tmp/escape.complain
mark=$(audit_mark)
is "all files are read while it learns" "$(read_all /tmp/escape.names)" "${#NAMES[@]}"
allowed_since "$mark" "$LABEL" >/tmp/escape.log
ok "the kernel reported them: $(wc -l </tmp/escape.log) records" test "$(grep -c 'name=' /tmp/escape.log)" -ge "${#NAMES[@]}"

ok "they become a profile" sh -c "armorctl replay --literal --container escape /tmp/escape.log >/tmp/escape.profile 2>/tmp/escape.report"
diag </tmp/escape.report
is "one for each name, and one profile" "$(grep -cF "$DIR/" /tmp/escape.profile) $(grep -c '^profile ' /tmp/escape.profile)" "${#NAMES[@]} 1"
ok "apparmor_parser takes it" apparmor_parser --replace --skip-cache /tmp/escape.profile
like "it is enforced" "$(grep "^$LABEL " /sys/kernel/security/apparmor/profiles)" enforce
refused "and has no other with it" grep -q '^evil ' /sys/kernel/security/apparmor/profiles
is "all files are read while it is enforced" "$(read_all /tmp/escape.names)" "${#NAMES[@]}"
diag </tmp/escape.err
is "none of the others is" "$(read_all /tmp/escape.others)" 0
rm -r "$DIR"
ok "cleaned up" apparmor_parser --remove /tmp/escape.complain
done_testing
