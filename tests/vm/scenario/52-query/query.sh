#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Pairs of a random pattern and a name near it: the kernel, asked through its query interface for the compiled profile, says the same
# of each as armorctl check. 10,000 of them; with run --full 100,000.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
here=$(dirname "$0")

folders=225 wanted=10000
[[ $VM_FULL == no ]] || folders=2100 wanted=100000
pairs=$(perl "$here/pairs.pl" "$folders")
ok "$pairs pairs of patterns and names" test "$pairs" -ge "$wanted"
diag "$(apparmor_parser --version | head -n 1), Linux $(uname -r)"
ok "the parser compiles the profiles, and the kernel takes them" apparmor_parser --replace --skip-cache query.profile

start=$SECONDS
ok "the kernel answers" sh -c "perl '$here/ask.pl' >kernel"
diag "asking the kernel took $((SECONDS - start)) s"
start=$SECONDS
is "armorctl check answers" "$(armorctl check --json query.profile query.log >check.json 2>check.err; echo $?)" 1
diag "armorctl check took $((SECONDS - start)) s"
diag <check.err

sed -nE 's/.*"comm": ?"(q[0-9]+)".*/\1/p' check.json | sort >ours
sort -o kernel kernel
refused=$(wc -l <kernel)
ok "of $pairs, $refused are refused" test "$refused" -gt $((pairs / 10)) -a "$refused" -lt $((pairs * 9 / 10))
ok "and both say the same of each" cmp kernel ours
comm -3 kernel ours | head -n 5 | while read -r name; do
    read -r number hex < <(sed -n "$((${name#q} + 1))p" query.names)
    diag "query-$number: $(printf '%s' "$hex" | sed 's/../\\x&/g' | xargs -0 printf '%b')"
done
apparmor_parser --remove query.profile
rm -f query.* check.* ours kernel
done_testing
