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

# Each line that has a verdict of AppArmor's is an event, or was said to be malformed with its line and the reason.
explained() { # explained LOG, behind its parse
    sed -nE 's/^\{"source_line": ([0-9]+),.*/\1/p' "$scratch/out" >"$scratch/lines"
    sed -nE 's/^armorctl: .*:([0-9]+)(:[0-9]+)?: .+/\1/p' "$scratch/err" >>"$scratch/lines"
    sort -u "$scratch/lines" >"$scratch/known"
    grep -nE 'apparmor=\\*"(ALLOWED|DENIED|AUDIT|STATUS|HINT|ERROR|KILLED)' "$1" | cut -d: -f1 | sort >"$scratch/wanted"
    comm -23 "$scratch/wanted" "$scratch/known" >"$scratch/missing"
    [ ! -s "$scratch/missing" ]
    ok $? "no line of ${1#"$corpus"/} is left unexplained ($(wc -l <"$scratch/wanted") have a verdict)"
    sed "s|^|# line |" "$scratch/missing"
}
for log in "$corpus"/logs/*.log "$corpus"/real/*.log "$corpus"/real/*.json "$corpus"/traces/*/run-*.log; do
    run 0 parse "$log"
    says err " 0 malformed, 0 too long"
    explained "$log"
done
find "$corpus/logs/streams" -type f >"$scratch/streams"
while read -r log; do
    run 0 parse "$log"
    explained "$log"
done <"$scratch/streams"

# the journal's export beside the audit.log of the same machine: each record of the one is in the other
run 0 parse "$corpus/real/debian12-auditd-journal.export.gz"
says err " 0 malformed, 0 too long"
sed -nE 's/.*"serial": ([0-9]+), .*"trusted": (true|false), "verdict": ("[a-z]*").*/\1 \2 \3/p' "$scratch/out" | sort >"$scratch/export"
run 0 parse "$corpus/real/debian12-auditd-audit.log"
sed -nE 's/.*"serial": ([0-9]+), .*"trusted": (true|false), "verdict": ("[a-z]*").*/\1 \2 \3/p' "$scratch/out" | sort >"$scratch/audit"
[ -s "$scratch/audit" ] && cmp "$scratch/export" "$scratch/audit"
ok $? "the journal's export has the records of audit.log"
# guard rails: of benign runs they hold what an operator can be asked about, of an attack all that they are for
held=0
for log in "$corpus"/traces/*/run-*.log; do
    run 0 replay "$log"
    held=$((held + $(grep -c 'not in the profile' "$scratch/err")))
done
[ "$held" -le 2 ]
ok $? "guard rails hold $held accesses of the benign runs"
for attack in "$corpus"/traces/*/attack.log; do
    run 0 replay "$attack" "${attack%.log}-weak.log"
    sed -i '/^  audit deny /d' "$scratch/out" # the floor
    for evil in 'docker\.sock' sysrq-trigger '/proc/k\(core\|msg\|allsyms\)' 'core_pattern r*w' '/dev/\(mem\|kmsg\|vda\) ' \
        '/etc/g\?shadow' /etc/ld.so.preload '/root/.ssh/[ai]' /run/secrets/token '/etc/passwd r*w' 'sudoers.* r*w' \
        '/cron.* r*w' 'evil\.\(so\|ko\) r*w' '/tmp/\.x px' '/var/tmp/\.u px' '/usr/bin/x r*w' /usr/local/bin/.s \
        '\[0-9\]\*/mem' 'ptrace.*trace,' '^  \(mount\|umount\|pivot_root\) ' \
        'capability \(sys_\(admin\|module\|rawio\|boot\)\|mknod\|net_raw\|dac_read_search\)' \
        'network \(packet\|inet raw\|alg\|vsock\|bluetooth\|key\)'; do
        if grep -q -e "$evil" "$scratch/out"; then ok 1 "no rule for $evil"; else ok 0 "no rule for $evil"; fi
    done
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
