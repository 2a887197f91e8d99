#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus.sh ARMORCTL PROJECT: real logs beside the project, where they are: nothing is malformed, what is learned compiles.
ARMORCTL=$1
project=$2
corpus=$project/../shared/corpus
if [ ! -d "$corpus" ]; then
    echo "SKIP: there is no $corpus"
    exit 77
fi
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

for log in "$corpus"/logs/*.log "$corpus"/real/*.log "$corpus"/traces/*/run-*.log; do
    run 0 parse "$log"
    says err " 0 malformed, 0 too long"
done
if ! command -v apparmor_parser >/dev/null; then
    echo "# SKIP replayed profiles compile: there is no apparmor_parser"
    finish
fi
for log in "$corpus"/real/*.log "$corpus"/traces/*/*.log; do
    run 0 replay "$log"
    [ ! -s "$scratch/out" ] || apparmor_parser -Q -K "$scratch/out" >/dev/null 2>"$scratch/parser"
    ok $? "what ${log#"$corpus"/} teaches compiles"
done
finish
