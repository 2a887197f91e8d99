#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# jobs.sh ARMORCTL PROJECT: what replay prints doesn't depend on how many threads read, to the last byte of both outputs.
ARMORCTL=$1
project=$2
data=$project/tests/data
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

# the same LOG...: by one thread and by several
the_same() {
    "$ARMORCTL" replay --json --jobs 1 "$@" >"$scratch/one.out" 2>"$scratch/one.err"
    expected=$?
    for jobs in 2 3 7; do
        "$ARMORCTL" replay --json --jobs "$jobs" "$@" >"$scratch/out" 2>"$scratch/err"
        [ $? -eq "$expected" ] && cmp "$scratch/one.out" "$scratch/out" && cmp "$scratch/one.err" "$scratch/err"
        ok $? "--jobs $jobs prints what --jobs 1 does, of $(printf '%s ' "$@" | sed "s,$data/,,g; s,$scratch/,,g")"
    done
}

# Logs of some MiB, which threads do share: the fixtures again and again, with other pids, times and now and then another name;
# lines without an end soon, bent ones, carriage returns, records that share a line; no newline at the end.
make() {
    awk -v most="$1" -v longest="$2" '
        BEGIN { srand(7); for (filler = "x"; length(filler) < longest;) filler = filler filler }
        /apparmor=/ { lines[count++] = $0 }
        END {
            for (size = 0; size < most; size += length(line) + 1) {
                line = lines[int(rand() * count)]
                sub(/ pid=[0-9]+/, " pid=" int(rand() * 30000), line)
                sub(/audit\([0-9]+/, "audit(" 1795300000 + int(rand() * 10000), line)
                at = rand()
                if (at < 0.02) sub(/ name="[^"]*/, "&/" int(rand() * 5000), line)
                else if (at < 0.03) line = line "\r"
                else if (at < 0.032) line = substr(line, 1, length(line) / 2)
                else if (at < 0.034) line = line lines[0]
                else if (at < 0.0345) line = substr(filler, 1, int(rand() * longest))
                printf "%s\n", line
            }
            printf "%s", lines[0]
        }' "$data"/learn/*.in "$data"/cli/replay/*.in >"$scratch/$3"
}

for log in "$data"/learn/*.in "$data"/cli/replay/*.in; do
    the_same "$log"
done
make 3000000 40000 short
the_same "$scratch/short"
make 3000000 1500000 long
the_same "$scratch/long"
tr 'x' '\0' <"$scratch/long" >"$scratch/nul"
the_same "$scratch/short" "$scratch/nul" "$data/cli/replay/two.in"
the_same --container nobody "$scratch/short"

# entries of the journal, from the middle on
{
    cat "$scratch/short"
    printf '\n__CURSOR=1\n_TRANSPORT=audit\n_AUDIT_TYPE=1400\nMESSAGE=AVC apparmor="ALLOWED" operation="open" profile="armord-web" name="/journal" pid=1 comm="x" requested_mask="r"\n\n'
    cat "$scratch/short"
} >"$scratch/journal"
the_same "$scratch/journal"
run 0 replay --jobs 2 "$scratch/journal"
says out "/journal r,"

# several threads do read. They are counted by the shell itself, since a program for each look would mostly come too late; on a busy machine a
# look may miss them all the same, so there are some tries
count() { # count /proc/PID/task/*
    [ "$#" -gt "$most" ] && most=$#
}
if [ -d /proc/self/task ]; then
    most=0
    tries=0
    while [ "$most" -lt 4 ] && [ "$tries" -lt 20 ]; do
        tries=$((tries + 1))
        "$ARMORCTL" replay --jobs 3 "$scratch/short" "$scratch/short" "$scratch/short" "$scratch/short" >"$scratch/out" 2>&1 &
        pid=$!
        while [ -d "/proc/$pid/task" ]; do
            count "/proc/$pid/task"/*
        done
        wait "$pid"
    done
    [ "$most" -ge 4 ]
    ok $? "--jobs 3: one thread takes what three find ($most)"
fi

for wrong in 0 65 x 2x -1 ''; do
    run 2 replay --jobs="$wrong" "$scratch/short"
    says err "jobs is a number from 1 to 64"
done
finish
