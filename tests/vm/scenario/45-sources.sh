#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each source that works here learns the same from the same workload, record for record of what the kernel wrote; over a restart of
# armord, and over rotations of the audit log.
# machines: bookworm bookworm+auditd
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

# workload NAME: under its own profile, in no more than a few seconds.
workload() {
    docker run --rm --security-opt "apparmor=armord-$1" armord-test/busybox sh -c '
        cat /etc/passwd /etc/group >/dev/null; mkdir -p /srv/made; echo one >/srv/made/file; mv /srv/made/file /srv/made/moved
        ln -s moved /srv/made/link; cat /srv/made/link; rm -r /srv/made; ls /etc >/dev/null; echo done'
}

# logged NAME: records of the container that the kernel wrote, rotated ones too.
logged() {
    if [[ $VM_AUDITD == yes ]]; then
        cat /var/log/audit/audit.log* | grep -a '^type=AVC .*apparmor='
    else
        audit_lines
    fi | grep -acF "profile=\"armord-$1\""
}

rules() { get "/v1/containers/$1/rules" | tr ',{}' '\n\n\n' | sed -nE 's/^ *"rule": ?"(.*)$/\1/p' | sed "s/armord-$1/SELF/g" | sort; }

source_failed() { [[ $(source_says name) == "$1" && $(source_says self_test) == failed ]]; }
counted() { [[ $(events "$1") == "$(logged "$1")" ]]; }

before=$(host_settings)
as_before() { [[ $(host_settings) == "$before" ]]; }
reference=''
for source in $(sources); do
    diag "--- $source ---"
    name=small-$source
    ok "armord reads $source, and its self-test passes" start_source "$source"
    armorctl status | diag
    ok "learn" armorctl learn "$name"
    like "the workload runs" "$(workload "$name" 2>&1)" 'done$'
    settled "$name"
    ok "each record counts once" wait_for 20 counted "$name"
    is "($(logged "$name") of them)" "$(events "$name")" "$(logged "$name")"
    rules "$name" >"$VM_RESULTS/rules-$source"
    [[ -n $reference ]] || reference=$(<"$VM_RESULTS/rules-$source")
    like "rules came" "$reference" '/srv/made'
    is "the same rules as from the first source" "$(<"$VM_RESULTS/rules-$source")" "$reference"

    if [[ $source == audit-log ]]; then
        for round in 1 2 3; do
            workload "$name" >/dev/null 2>&1 &
            sleep 0.$round
            systemctl kill --signal=USR1 auditd.service
            wait $!
        done
        ok "the log was rotated" test -e /var/log/audit/audit.log.2
        settled "$name"
        ok "nothing is lost or counted twice over three rotations" wait_for 20 counted "$name"
        is "($(logged "$name") of them)" "$(events "$name")" "$(logged "$name")"
    fi

    ok "armord is restarted" systemctl restart armord.service
    ok "and its self-test passes" wait_for 60 source_passed "$source"
    settled "$name"
    is "nothing is counted twice" "$(events "$name")" "$(logged "$name")"
    systemctl stop armord.service
    workload "$name" >/dev/null 2>&1
    [[ $source != audit-log ]] || systemctl kill --signal=USR1 auditd.service
    systemctl start armord.service
    ok "it is started after a workload that it didn't see" wait_for 60 source_passed "$source"
    settled "$name"
    ok "what went on meanwhile is there, once" wait_for 20 counted "$name"
    is "($(logged "$name") of them)" "$(events "$name")" "$(logged "$name")"
    like "nothing was lost" "$(get "/v1/containers/$name")" '"lost": ?0'
    unlike "and nothing is missing" "$(get "/v1/containers/$name")" incomplete
    ok "forget" armorctl forget "$name"
    ok "the host's settings are as before" wait_for 20 as_before
done

# A source that gets nothing is found out: with auditd, the kernel log.
if [[ $VM_AUDITD == yes ]]; then
    ok "learn" armorctl learn blind
    use_source kmsg
    ok "kmsg fails its self-test" wait_for 60 source_failed kmsg
    armorctl status | diag
    like "status says what to do" "$(armorctl status)" 'self-test: failed, .*another source'
    like "the container is incomplete" "$(armorctl status blind)" 'missing .*self-test of the source kmsg failed'
    like "enforce is refused for it" "$(armorctl enforce blind 2>&1)" 'self-test of the source kmsg failed'
    ok "forget" armorctl forget blind
fi
default_source
ok "by default it is the netlink" wait_for 60 source_passed netlink
done_testing
