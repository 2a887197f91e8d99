#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The loop: nginx is learned from live traffic, enforced, answers as before, and an intruder gets nothing.
# machines: bookworm bookworm+auditd trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

readonly URL=http://127.0.0.1:8080

# Every kind of answer that this site has. The body of each, for comparison.
traffic() {
    local path
    for path in / /about.html /notes/ /notes/first.txt /notes/second.txt /health; do
        curl -fsS "$URL$path" || return
    done
    curl -fsSI "$URL/" >/dev/null && curl -fsS -r 0-9 "$URL/about.html"
    [[ $(curl -s -o /dev/null -w '%{http_code}' "$URL/nothing-here") == 404 ]]
}

# What docker does to a container, beside starting it.
operate() {
    docker exec web nginx -t && docker exec web nginx -s reload && docker top web && docker logs web &&
        docker cp web:/srv/www/index.html /tmp/index.html && docker inspect web >/dev/null
}

answers() { wait_for 30 curl -fsS -o /dev/null "$URL/health"; }

ok "armord starts" systemctl start armord.service
is "armord has no capability" "$(grep CapEff "/proc/$(systemctl show -P MainPID armord.service)/status")" $'CapEff:\t0000000000000000'
ok "learn" armorctl learn web
is "the kernel has the profile, in complain" "$(in_kernel armord-web)" complain
ok "the container starts under it" docker run --detach --name web --security-opt apparmor=armord-web \
    --publish 127.0.0.1:8080:80 armord-test/nginx
ok "it answers" answers
is "it runs under the learning profile" "$(label web)" "armord-web (complain)"
first=$(traffic 2>&1)
ok "traffic while learning" traffic
ok "docker's own commands while learning" operate

# armord dies in the middle: systemd keeps the audit socket, the kernel goes on queueing into it.
settled web
known=$(get /v1/containers/web/rules | grep -o '"rule":' | wc -l)
systemctl kill --signal=KILL armord.service
docker exec web nginx -T >/dev/null 2>&1
ok "armord comes back after kill -9" wait_for 30 get /v1/status
settled web
now=$(get /v1/containers/web/rules | grep -o '"rule":' | wc -l)
ok "no learned rule is lost ($known before, $now after)" test "$now" -ge "$known"
docker stop web >/dev/null
systemctl stop armord.service
docker start web >/dev/null
answers && traffic >/dev/null
systemctl start armord.service
ok "a container that ran while armord was stopped" wait_for 30 get /v1/containers/web
settled web
like "nothing was lost" "$(get /v1/containers/web)" '"lost": ?0'
ok "docker restart while learning" docker restart web
answers && traffic >/dev/null
settled web

armorctl status web | diag
like "rules have been learned" "$(armorctl rules web)" '/srv/www/about.html r'
like "of programs too" "$(armorctl rules web)" 'capability '
ok "the profile can be shown" armorctl show web
armorctl show web >"$VM_RESULTS/web.profile"

# Promotion.
ok "enforce" armorctl enforce web --override ready # 62-ready.sh has enough runs
is "the kernel enforces it" "$(in_kernel armord-web)" enforce
is "the running container is under it" "$(label web)" "armord-web (enforce)"
mark=$(audit_mark)
is "the same traffic, the same answers" "$(traffic 2>&1)" "$first"
ok "docker restart" docker restart web
ok "it answers again" answers
is "the same answers after the restart" "$(traffic 2>&1)" "$first"
ok "docker's own commands" operate
ok "docker stop" docker stop --time 30 web
is "it ended by itself, not by force" "$(docker inspect --format '{{.State.ExitCode}}' web)" 0
ok "docker start" docker start web
ok "it answers after stop and start" answers
is "no access was denied in all that" "$(denied_since "$mark" armord-web)" ""

# An intruder. docker exec itself starts the first program, by runc; what it then tries is the container's doing.
mark=$(audit_mark)
refused "a program starts a shell" docker exec web sh -c 'sh -c true'
refused "reading /etc/shadow" docker exec web sh -c 'read -r line </etc/shadow'
refused "cat /etc/shadow" docker exec web sh -c 'cat /etc/shadow'
refused "writing below /usr" docker exec web sh -c 'echo x >/usr/bin/x'
docker cp /bin/true web:/tmp/tool
refused "exec from /tmp" docker exec web sh -c '/tmp/tool'
refused "a raw socket" docker exec web busybox ping -c 1 -W 5 127.0.0.1
denied=$(denied_since "$mark" armord-web)
for what in 'operation="exec".*name="/usr/bin/dash"|operation="exec".*name="/bin/(da)?sh"' 'name="/etc/shadow"' \
    'operation="exec".*name="/(usr/)?bin/cat"' 'name="/usr/bin/x"' 'operation="exec".*name="/tmp/tool"' \
    'sock_type="raw"'; do
    like "the kernel says so: $what" "$denied" "$what"
done
settled web
like "armord has the denials" "$(get /v1/containers/web/denials)" '/etc/shadow'
is "and still answers are given" "$(traffic 2>&1)" "$first"

# Back, and away.
ok "complain" armorctl complain web
is "the kernel is back in complain" "$(in_kernel armord-web)" complain
is "forget is refused while it runs" "$(exit_status armorctl forget web)" 1
docker rm --force web >/dev/null
ok "forget" armorctl forget web
is "the kernel has forgotten it" "$(in_kernel armord-web)" ""
refused "so has the disk" test -e /etc/apparmor.d/armord-web
is "armord is idle and sound" "$(systemctl is-active armord.service)" active
is "no unit failed" "$(systemctl --failed --plain --no-legend | grep armor)" ""
done_testing
