#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The story that contrib/demo shows, on a machine where armord is installed: on the host itself or in the virtual machine.
# Wants: Docker, AppArmor, an image with nginx (IMAGE). Takes nothing for granted that it doesn't show.
set -uo pipefail

readonly IMAGE=${IMAGE:-armord-test/nginx}
readonly NAME=${NAME:-demo-web}
readonly PORT=${PORT:-8088}
readonly URL=http://127.0.0.1:$PORT

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' cyan='' plain=''
fi
faults=0

chapter() { printf '\n%s%s%s\n\n' "$bold" "$*" "$plain"; }
tell() { printf '%s\n' "$*"; }
good() { printf '  %s+ %s%s\n' "$green" "$*" "$plain"; }
bad() { printf '  %s- %s%s\n' "$red" "$*" "$plain"; }
fault() {
    faults=$((faults + 1))
    printf '  %sNOT AS PROMISED: %s%s\n' "$red" "$*" "$plain"
}
# The command as an operator would type it, then what it prints.
show() {
    printf '  %s$ %s%s\n' "$cyan" "$*" "$plain"
    "$@" 2>&1 | sed 's/^/    /'
    return "${PIPESTATUS[0]}"
}

start() { # start PROFILE
    docker rm --force "$NAME" >/dev/null 2>&1
    show docker run --detach --name "$NAME" --publish "127.0.0.1:$PORT:80" --security-opt "apparmor=$1" "$IMAGE"
    local tries=0
    until curl -fsS -o /dev/null "$URL/" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || return 1
        sleep 0.3
    done
}

traffic() {
    local path
    for path in / /about.html /notes/ /notes/first.txt /health; do
        curl -fsS "$URL$path" || return
    done
    curl -s "$URL/nothing" >/dev/null
}

# What an intruder does in a container, and the words for it. Each is one command in the container.
readonly ATTACKS=(
    "read /etc/shadow|read -r line </etc/shadow"
    "start a shell|sh -c true"
    "put a program below /usr|echo x >/usr/bin/x"
    "run a program from /tmp|/tmp/tool"
    "open a raw socket|busybox ping -c 1 -W 5 127.0.0.1 >/dev/null"
)
verdict() { armorctl status "$NAME" | sed -nE 's/^  verdict +//p'; }
ready() { verdict | grep -q '^ready:'; }
attack() { # attack allowed|refused: try each, and say whether that is what this chapter promised
    local entry outcome
    docker cp --quiet /bin/true "$NAME:/tmp/tool" 2>/dev/null || docker cp /bin/true "$NAME:/tmp/tool" >/dev/null
    for entry in "${ATTACKS[@]}"; do
        if docker exec "$NAME" sh -c "${entry#*|}" >/dev/null 2>&1; then
            outcome=allowed
            bad "${entry%%|*}: done"
        else
            outcome=refused
            good "${entry%%|*}: refused"
        fi
        [ "$outcome" = "$1" ] || fault "${entry%%|*} was $outcome"
    done
}

# The newest DENIED records of the container, from where this host keeps them, cut to the telling part.
kernel_denials() {
    if systemctl is-active --quiet auditd.service; then
        cat /var/log/audit/audit.log
    else
        dmesg --notime
    fi | grep -a "apparmor=\"DENIED\".*profile=\"armord-$NAME\"" | tail -n 6 | sed -E 's/ pid=.* comm=/ ... comm=/; s/^/    /'
}

chapter "1. A container as nearly all of them run: under docker-default"
tell "This is nginx with a small site. Somebody got into it, by a hole that we don't know of yet. What can they do?"
start docker-default || fault "nginx doesn't answer"
attack allowed
tell ""
tell "docker-default allows every file and every program in the container."

chapter "2. armord learns what nginx really does"
show systemctl start armord.service || fault "armord doesn't start"
show armorctl learn "$NAME" || fault "learn failed"
tell ""
tell "The same container again, under that profile. It complains and refuses nothing; the kernel reports, armord merges."
start "armord-$NAME" || fault "nginx doesn't answer"
tell "  some visitors and a reload, as in any week..."
before=$(traffic 2>&1) || fault "nginx doesn't answer"
docker exec "$NAME" nginx -s reload >/dev/null 2>&1
sleep 8 # armord looks for started containers every few seconds
tell ""
tell "Is that enough? armord says what it is sure of:"
tell ""
verdict
tell ""
tell "So it is restarted and used, until a restart brings nothing new any more."
tell ""
for round in 1 2 3 4 5 6; do
    docker restart "$NAME" >/dev/null
    until curl -fsS -o /dev/null "$URL/" 2>/dev/null; do sleep 0.3; done
    traffic >/dev/null 2>&1
    docker exec "$NAME" nginx -s reload >/dev/null 2>&1
    sleep 8
    printf '  restart %d: ' "$round"
    verdict
    ready && break
done
tell ""
show armorctl status "$NAME"

chapter "3. The profile, as it stands"
tell "As it would be enforced now: what nginx did, and what docker itself needs."
tell ""
armorctl show "$NAME" --mode enforced | sed "s/^/    $dim/; s/\$/$plain/"

chapter "4. Enforce"
show armorctl enforce "$NAME" || fault "enforce failed"
tell ""
tell "The same visitors:"
after=$(traffic 2>&1)
if [ "$before" = "$after" ]; then good "each page is answered as before"; else fault "the answers differ"; fi
docker restart "$NAME" >/dev/null
until curl -fsS -o /dev/null "$URL/" 2>/dev/null; do sleep 0.3; done
after=$(traffic 2>&1)
if [ "$before" = "$after" ]; then good "after docker restart too"; else fault "the answers differ after a restart"; fi

chapter "5. The same intruder"
attack refused
tell ""
tell "The kernel's own words:"
kernel_denials
tell ""
show armorctl denials "$NAME"

docker rm --force "$NAME" >/dev/null
chapter "That's all. It took three commands:"
tell "  armorctl learn $NAME"
tell "  armorctl status $NAME"
tell "  armorctl enforce $NAME"
[ "$faults" -eq 0 ] || tell "${red}$faults things weren't as promised: see above.${plain}"
exit $((faults > 0))
