#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A Compose project of two services: seeded, learned and enforced by nothing but what armorctl prints; and what the files grant
# and nobody asked for while learning works afterwards.
# machines: trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/armord.sh
source "$VM_LIB/armord.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/redis.sh
source "$VM_LIB/redis.sh"

here=$(cd "$(dirname "$0")" && pwd)
readonly here URL=http://127.0.0.1:8081 REDIS=6380

container() { docker ps -qf "label=com.docker.compose.service=$1"; }

# printed COMMAND: the lines of the output of learn that begin with it.
printed() { sed -n "s/^    \($1 .*\)/\1/p" "$VM_RESULTS/learn"; }

works() {
    wait_for 40 curl -fsS -o /dev/null "$URL/" && wait_for 40 redis_answers $REDIS && [[ $(redis $REDIS SET greeting hello) == +OK ]] &&
        [[ $(redis $REDIS EXISTS greeting) == :1 ]] && [[ $(curl -s -o /dev/null -w '%{http_code}' "$URL/nothing-here") == 404 ]]
}

restart() {
    docker restart -t 10 "$db" >/dev/null &
    docker restart -t 10 "$web" >/dev/null && wait $!
}

# The parser of this suite takes what each fixture gives.
compiles() {
    local file option
    for file in "$here"/seeds/*.yml "$here"/seeds/*.json "$here"/seeds/shop/compose.yml; do
        option=--compose
        [[ $file == *.yml ]] || option=--inspect
        armorctl seed "$option" "$file" --mode enforced 2>/dev/null | apparmor_parser -Q -K -S >/dev/null || return
    done
}

mkdir shop && cp -r "$here/docker-compose.yml" "$here/site" shop/ && cd shop || exit 1
ok "armord starts" systemctl start armord.service
ok "the seeds of all fixtures compile, by $(apparmor_parser --version | sed -n '1s/^AppArmor parser/parser/p')" compiles
learn() { armorctl learn --compose docker-compose.yml --write-override armord.override.yml >"$VM_RESULTS/learn"; }
ok "learn the project" learn
diag <"$VM_RESULTS/learn"
is "the kernel has the one profile" "$(in_kernel armord-web)" complain
is "and the other" "$(in_kernel armord-db)" complain
ok "it starts by the command that was printed" bash -c "$(printed 'docker compose')"
ok "both work while they learn" works
web=$(container web) db=$(container db)
is "web runs under its profile" "$(label "$web")" "armord-web (complain)"
is "db under its own" "$(label "$db")" "armord-db (complain)"
ok "restart while learning" restart
ok "both work after it" works
settled web
known=$(get /v1/containers/web/rules | grep -o '"origin": \?"observed"' | wc -l)
ok "inspect over the engine's socket" armorctl seed --inspect "$db" --format json
ok "learned again with the same sources" armorctl learn --compose docker-compose.yml
is "what was seen stays" "$(get /v1/containers/web/rules | grep -o '"origin": \?"observed"' | wc -l)" "$known"
like "a rule says which line it is from" "$(get /v1/containers/web/rules)" 'docker-compose.yml:5'

while read -r command; do # the verdict asks for more starts than there is time for here
    ok "$command --override ready" bash -c "$command --override ready"
done < <(printed 'armorctl enforce')
is "web is enforced" "$(label "$web")" "armord-web (enforce)"
is "db too" "$(label "$db")" "armord-db (enforce)"
mark=$(audit_mark)
ok "restart" restart
ok "both work after it" works
like "a page that nobody asked for while learning" "$(curl -sS "$URL/never.html")" 'never asked for'
is "a file in the volume that was never written" "$(redis $REDIS SAVE)" +OK
ok "it is there" docker exec "$db" test -s /data/dump.rdb
is "no access was denied in all that" "$(denied_since "$mark" armord-web)$(denied_since "$mark" armord-db)" ""
mark=$(audit_mark)
refused "web reads no /etc/shadow" docker exec -u root "$web" sh -c 'read -r line </etc/shadow'
refused "db writes only its volume" docker exec "$db" sh -c 'echo x >/tmp/x'
like "the kernel says so" "$(denied_since "$mark" armord-web)" 'name="/etc/shadow"'

docker rm --force "$web" "$db" >/dev/null
docker volume prune --force >/dev/null
ok "forget" armorctl forget web
ok "forget the other" armorctl forget db
done_testing
