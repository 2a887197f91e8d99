# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the kernel said: AppArmor records as a scenario sees them with its own eyes, beside armord.
# Sourced in the VM: source "$VM_LIB/audit.sh"
#
#     mark=$(audit_mark)
#     docker exec web cat /etc/shadow
#     is "one denial" "$(denied_since "$mark" armord-web | wc -l)" 1
#
# With auditd the records go to audit.log and leave the kernel log; without it they are in the kernel log, whose rate
# limit the rig has lifted. Needs lib/tap.sh. A mark is a record as well: the kernel's answer to a request for a profile that isn't
# there. So it is in order with the others, and once it is seen, everything before it has arrived.

readonly AUDIT_LOG=/var/log/audit/audit.log

audit_lines() {
    if systemctl is-active --quiet auditd.service; then
        grep -a '^type=AVC .*apparmor=' "$AUDIT_LOG"
    else
        dmesg --notime --facility kern | grep -a '^audit: type=1400 .*apparmor='
    fi
}

audit_has() { audit_lines | grep -qaF "name=\"$1\""; }

# audit_mark: makes a mark, waits until it has arrived, and prints its name.
audit_mark() {
    local mark
    mark=vm-mark-$BASHPID-$(date +%s%N)
    (printf 'exec %s' "$mark" >/proc/self/attr/apparmor/exec) 2>/dev/null || true # it isn't there: that is the point
    wait_for 20 audit_has "$mark" || mark=lost
    echo "$mark"
}

# records_since MARK VERDICT PROFILE: the records of a profile and its children (NAME//...) after the mark; a line that
# says so if it can't tell, so that nobody takes that for "none".
records_since() {
    local end
    end=$(audit_mark)
    audit_lines | awk -v from="name=\"$1\"" -v to="name=\"$end\"" -v verdict="apparmor=\"$2\"" \
        -v exact="profile=\"$3\"" -v child="profile=\"$3//" '
        index($0, to) { ended = 1; exit }
        on && index($0, verdict) && (index($0, exact) || index($0, child))
        index($0, from) { on = 1 }
        END { if (!on || !ended) print "the records between the marks are not all there: " from " " to }'
}

denied_since() { records_since "$1" DENIED "$2"; }
allowed_since() { records_since "$1" ALLOWED "$2"; }
