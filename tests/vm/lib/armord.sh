# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What armord's own scenarios share. Sourced in the VM, after tap.sh and audit.sh: source "$VM_LIB/armord.sh"

# containers_json PATH: GET of the read socket, by curl alone: what a dashboard sees.
get() { curl -fsS --unix-socket /run/armord/read.sock "http://armord$1"; }

# label CONTAINER: what its first process runs under, "armord-web (enforce)".
label() { tr -d '\0' <"/proc/$(docker inspect --format '{{.State.Pid}}' "$1")/attr/current"; }

# in_kernel PROFILE: "complain", "enforce", or nothing.
in_kernel() { sed -nE "s/^$1 \(([a-z]+)\)\$/\1/p" /sys/kernel/security/apparmor/profiles; }

# exit_status COMMAND...: its exit status, output dropped.
exit_status() {
    local status=0
    "$@" >/dev/null 2>&1 || status=$?
    echo "$status"
}

# settled CONTAINER: armord has taken every record that the kernel has sent so far: its count of events stands still after
# a mark has gone through the same stream. Gives up after half a minute.
settled() {
    local before=-1 now='' until=$((SECONDS + 30))
    audit_mark >/dev/null || return
    while [[ $now != "$before" ]] && ((SECONDS < until)); do
        before=$now
        sleep 0.5
        now=$(get "/v1/containers/$1" | tr -d ' \n' | grep -o '"events":[0-9]*')
    done
}
