#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus_traces.sh ARMORCTL PROJECT: recorded workloads, where they are. What was learned from some runs holds in another one, and allows nothing
# of an attack; the literal profiles stand beside. Accesses are distinct ones: class, name, mask.
ARMORCTL=$1
project=$2
traces=$project/../shared/corpus/traces
if [ ! -d "$traces" ]; then
    echo "SKIP: there is no $traces"
    exit 77
fi
# shellcheck source=tests/cli/lib.sh
. "$project/tests/cli/lib.sh"

# denied PROFILE LOG: how many distinct accesses of LOG the profile denies
denied() { "$ARMORCTL" check --json "$1" "$2" 2>/dev/null | sed -nE 's/.*"total": \{"denied": ([0-9]+),.*/\1/p'; }

# learn HOW WORKLOAD RUNS: into $scratch/profile; HOW is --literal or nothing
learn() {
    logs=
    for letter in $3; do logs="$logs $traces/$2/run-$letter.log"; done
    # shellcheck disable=SC2086  # words
    "$ARMORCTL" replay $1 $logs >"$scratch/profile" 2>/dev/null
}

# forbidden WORKLOAD LABEL: attack.forbidden as records of files, capabilities, sockets and ptrace, whose words need no more than the list has
forbidden() {
    awk -F '\t' -v label="$2" '
        BEGIN { for (i = 1; i < 256; i++) hex[sprintf("%c", i)] = sprintf("%02X", i) }
        function packed(name,    out, i) { for (i = 1; i <= length(name); i++) out = out hex[substr(name, i, 1)]; return out }
        function record(operation, rest) {
            printf "audit: type=1400 audit(1795303770.456:%d): apparmor=\"ALLOWED\" operation=\"%s\" profile=\"%s\" %s pid=1 comm=\"x\"", NR, operation, label, rest
        }
        /^#/ { next }
        $1 == "file" { record($3 == "x" ? "exec" : "open", "name=" packed($2)); printf " requested_mask=\"%s\" denied_mask=\"%s\" fsuid=0 ouid=0", $3, $3
            if ($3 == "l") printf " target=\"/x\""; print "" }
        $1 == "capability" { record("capable", "capability=0 capname=\"" $2 "\""); print "" }
        $1 == "ptrace" { record("ptrace", "requested_mask=\"" $3 "\" denied_mask=\"" $3 "\""); print " " $2 }
        $1 == "net" { split($2, word, " "); record("create", "family=\"" word[1] "\" sock_type=\"" word[2] "\" protocol=0"); print " requested_mask=\"create\" denied_mask=\"create\"" }
    ' "$traces/$1/attack.forbidden" >"$scratch/forbidden"
}

# refused PROFILE LOG: the distinct accesses of LOG that the profile denies, one a line
refused() { "$ARMORCTL" check "$1" "$2" 2>/dev/null | sed -nE 's/^[0-9]+  (.*),  \(.*/\1/p' | sort; }

share() { awk -v part="$1" -v whole="$2" 'BEGIN { printf "%d of %d (%.1f %%)", part, whole, 100 * part / whole }'; }

for case in "a b" "a c" "ab c"; do
    from=${case% *}
    to=${case#* }
    letters=$(printf '%s' "$from" | sed 's/./& /g')
    asked=0 literal=0 general=0
    for workload in nginx redis shell-cron; do
        learn --literal "$workload" "$to"
        sed -E '/^  [^#]/d' "$scratch/profile" >"$scratch/empty" # the profile that allows nothing
        log=$traces/$workload/run-$to.log
        asked=$((asked + $(denied "$scratch/empty" "$log")))
        learn --literal "$workload" "$letters"
        literal=$((literal + $(denied "$scratch/profile" "$log")))
        learn "" "$workload" "$letters"
        general=$((general + $(denied "$scratch/profile" "$log")))
    done
    [ "$((general * 100))" -le "$((asked * 7))" ] && [ "$asked" -gt 500 ]
    ok $? "learned from $from, run $to: $(share "$general" "$asked") denied; literal $(share "$literal" "$asked")"
done

allowed=
listed=0
for workload in nginx redis shell-cron; do
    label=armord-$(printf '%s' "$workload" | tr -d -)
    forbidden "$workload" "$label"
    learn "" "$workload" "a b c"
    sed -E '/^  [^#]/d' "$scratch/profile" >"$scratch/empty"
    refused "$scratch/empty" "$scratch/forbidden" >"$scratch/all"
    refused "$scratch/profile" "$scratch/forbidden" >"$scratch/refused"
    listed=$((listed + $(wc -l <"$scratch/all")))
    allowed=$allowed$(comm -23 "$scratch/all" "$scratch/refused" | sed "s/^/$workload: /")
done
[ "$listed" -gt 200 ]
ok $? "the attacks' list has $listed distinct accesses of files, capabilities, sockets and ptrace"
# All but one are refused. In shell-cron, diff read its own /proc/PID/maps and ps asked to read other processes (run-c, run-b); the kernel names
# a file by its number alone, and asks `ptrace (read)` for another's. So what allows both that were seen allows this.
[ "$allowed" = "shell-cron: /proc/8/maps r" ]
ok $? "learned from a, b and c: of them is allowed: $allowed"

# Where ps never ran, the kernel refuses it, by the other of the two questions
learn "" shell-cron "a c"
grep -q ptrace "$scratch/profile"
[ $? -eq 1 ] && grep -q '/maps' "$scratch/profile"
ok $? "learned without ps: its own maps may be read, and no other process"
finish
