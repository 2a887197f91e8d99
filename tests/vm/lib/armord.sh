# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What armord's own scenarios share. Sourced in the VM, after tap.sh and audit.sh: source "$VM_LIB/armord.sh"

# get PATH: GET of the read socket, by curl alone: what a dashboard sees.
get() { curl -fsS --unix-socket /run/armord/read.sock "http://armord$1"; }

# container_says CONTAINER FILTER: what armord has to say of it, by jq's FILTER: container_says web .mode
container_says() { get "/v1/containers/$1" | jq -r "$2"; }

# container_is CONTAINER FILTER TEXT: for wait_for.
container_is() { [[ $(container_says "$1" "$2") == "$3" ]]; }

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
        now=$(events "$1")
    done
}

# arrived: every record so far waits at armord's door. It takes them before it answers enforce, dry run or not; and it isn't waited for
# that a container stands still, as redis never does.
arrived() { audit_mark >/dev/null; }

# events CONTAINER: how many armord has counted of it.
events() { container_says "$1" .events; }

# stop_armord: and its sockets, for a record starts it at any time.
stop_armord() { systemctl stop armord-audit.socket armord-read.socket armord.socket armord.service; }

# host_settings: what of the host armord might change; for a comparison.
host_settings() {
    auditctl -s | grep -vE '^(lost|backlog|pid|backlog_wait_time_actual) '
    sysctl kernel.printk kernel.printk_ratelimit kernel.printk_ratelimit_burst net.core.rmem_default net.core.rmem_max
}

# source_says KEY: a word of the source in GET /v1/status, "name" or "self_test"; or a number.
source_says() { get /v1/status | tr -d '\n' | sed -nE 's/.*"source": ?\{(.*)\}.*/\1/p' | sed -nE "s/.*\"$1\": ?\"?([^\",}]*).*/\1/p"; }

source_passed() { [[ $(source_says name) == "$1" && $(source_says self_test) == passed ]]; }

# use_source SOURCE: armord with that `source:`, allowed what it takes.
use_source() {
    mkdir -p /etc/armord /run/systemd/system/armord.service.d
    printf 'source: %s\nflush-interval-seconds: 1\n' "$1" >/etc/armord/armord.yaml
    printf '[Service]\nSupplementaryGroups=adm\n' >/run/systemd/system/armord.service.d/audit-log.conf
    systemctl daemon-reload
    [[ $1 != kmsg ]] || wait_for 20 start_kmsg_socket || return
    [[ $1 != journal ]] || start_journal_audit_socket || return
    systemctl restart armord.service
}

# start_source SOURCE: the same, and its self-test passed.
start_source() { use_source "$1" && wait_for 60 source_passed "$1"; }

start_kmsg_socket() { # a socket can't be started while its service runs, and its other sockets start that at any time
    systemctl stop armord-audit.socket armord-read.socket armord.socket armord.service &&
        systemctl start armord-kmsg.socket
}

# journald's own audit socket, which Debian 13 leaves off: as armord says to do it.
start_journal_audit_socket() {
    systemctl is-active --quiet systemd-journald-audit.socket && return
    systemctl enable --runtime systemd-journald-audit.socket && systemctl restart systemd-journald.service &&
        systemctl is-active --quiet systemd-journald-audit.socket
}

# default_source: as it is installed.
default_source() {
    systemctl stop armord.service armord-kmsg.socket
    rm -rf /etc/armord/armord.yaml /run/systemd/system/armord.service.d
    systemctl daemon-reload
    systemctl start armord.service
}

# sources: those that can work here. With auditd the kernel log gets no record.
sources() {
    if [[ $VM_AUDITD == yes ]]; then echo audit-log netlink journal; else echo netlink journal kmsg; fi
}
