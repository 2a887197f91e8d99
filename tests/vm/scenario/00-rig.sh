#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks the rig itself: what every other scenario takes for granted.
# machines: bookworm bookworm+auditd trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"

readonly PROFILE=vm-rig

address() { docker inspect --format '{{.NetworkSettings.IPAddress}}' "$1"; }
label() { tr -d '\0' <"/proc/$(docker inspect --format '{{.State.Pid}}' "$1")/attr/current"; }

# load FLAGS RULES: the profile vm-rig.
load() {
    apparmor_parser --replace --skip-cache <<EOF
profile $PROFILE flags=($1, attach_disconnected, mediate_deleted) {
$2
}
EOF
}

# shellcheck disable=SC2317 # called by ok
# What a listener that systemd opens the audit socket for reads; as armord has it.
listen() {
    systemd-run --quiet --unit=vm-listen --socket-property='ListenNetlink=audit 1' \
        --socket-property=ReceiveBuffer=16M --property=StandardOutput="truncate:$PWD/netlink" bash -c 'exec cat <&3'
}
# shellcheck disable=SC2317
heard() { grep -qaF "$1" netlink; }

# shellcheck disable=SC1091
diag "$(. /etc/os-release && echo "$PRETTY_NAME"), kernel $(uname -r), $(docker --version)"
ready=$(systemctl show --property ActiveEnterTimestampMonotonic --value docker.service)
diag "Docker was ready $((ready / 1000)) ms after the kernel's start"

# The helpers: a check that can't fail is none.
like "ok sees a failure" "$(ok x false)" '^not ok'
like "refused wants more than a missing command" "$(refused x /nonexistent)" '^not ok'
like "refused sees a success" "$(refused x true)" '^not ok'
like "a mark that isn't there is no silence" "$(denied_since vm-mark-none $PROFILE)" "not all there"
like "wait_for gives up" "$(ok x wait_for 1 false)" '^not ok'

# The system.
is "AppArmor is enabled" "$(cat /sys/module/apparmor/parameters/enabled)" Y
is "auditd is as asked" "$(systemctl is-active auditd.service)" "$([[ $VM_AUDITD == yes ]] && echo active || echo inactive)"
is "no unit failed" "$(systemctl --failed --plain --no-legend)" ""
like "Docker uses AppArmor" "$(docker info --format '{{.SecurityOptions}}')" name=apparmor
is "there is no network but Docker's" "$(ip -brief link | awk '$1 !~ /^(lo|docker0|veth.*)$/')" ""

# Container images.
is "busybox image" "$(docker run --rm armord-test/busybox echo hello)" hello
ok "nginx image starts" docker run --detach --name vm-nginx --publish 127.0.0.1:8080:80 armord-test/nginx
ok "nginx answers on its own address" wait_for 20 curl -fsS "http://$(address vm-nginx)/about.html"
is "nginx answers on a published port" "$(curl -fsS http://127.0.0.1:8080/health)" fine
is "nginx runs under docker-default" "$(label vm-nginx)" "docker-default (enforce)"
ok "an attacker's tools are in it: cat" docker exec vm-nginx sh -c 'cat /etc/shadow'
ok "a file below /usr can be written" docker exec vm-nginx sh -c 'echo >/usr/share/new'
ok "a program in /tmp can be run" docker exec vm-nginx sh -c 'cp /bin/true /tmp/t && /tmp/t'
ok "a raw socket can be opened" docker exec vm-nginx busybox ping -c 1 -W 5 127.0.0.1
docker rm --force vm-nginx >/dev/null

# AppArmor records, as scenarios see them and as armord does.
ok "a listener on the audit group starts" listen
ok "a complain profile loads" load complain "  audit /** px -> $PROFILE,"
before=$(audit_mark)
ok "a container runs under it" docker run --rm --security-opt apparmor=$PROFILE armord-test/busybox \
    sh -c 'cat /etc/passwd; cat /etc/group'
like "what it opens is recorded" "$(allowed_since "$before" $PROFILE)" 'operation="open".* name="/etc/passwd"'
is "as allowed" "$(denied_since "$before" $PROFILE)" ""
is "and under no other name" "$(allowed_since "$before" vm-ri)" ""
ok "the listener has it" wait_for 10 heard 'name="/etc/group"'

ok "an enforce profile loads" load attach_disconnected "  /** rix, network, capability, signal, deny /etc/group r,"
ok "what it allows works" docker run --rm --security-opt apparmor=$PROFILE armord-test/busybox cat /etc/passwd
refused "what it denies is refused" docker run --rm --security-opt apparmor=$PROFILE armord-test/busybox cat /etc/group
load attach_disconnected "  /etc/passwd r, /** ix, /bin/* r,"
before=$(audit_mark)
refused "what it doesn't name is refused" docker run --rm --security-opt apparmor=$PROFILE armord-test/busybox cat /etc/group
like "and recorded as denied" "$(denied_since "$before" $PROFILE)" 'name="/etc/group"'

# A burst reaches the scenarios' own eyes whole.
load complain "  audit /** px -> $PROFILE,"
before=$(audit_mark)
docker run --rm --security-opt apparmor=$PROFILE armord-test/busybox \
    sh -c 'i=0; while [ $i -lt 500 ]; do : >/tmp/new$i; i=$((i + 1)); done'
is "500 new files give 500 records" "$(allowed_since "$before" $PROFILE | grep -c 'operation="mknod".* name="/tmp/new')" 500

systemctl stop vm-listen.socket vm-listen.service
apparmor_parser --remove <<<"profile $PROFILE { }"
done_testing
