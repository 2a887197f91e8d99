#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two containers are learned and enforced, with a restart policy; then the machine reboots, with armord not allowed to start.
# machines: bookworm trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/armord.sh
source "$VM_LIB/armord.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/redis.sh
source "$VM_LIB/redis.sh"

ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn boot
ok "the container starts" docker run --detach --name boot --restart always --security-opt apparmor=armord-boot \
    --publish 127.0.0.1:8081:80 armord-test/nginx
ok "learn redis" armorctl learn cache
ok "it starts" docker run --detach --name cache --restart always --security-opt apparmor=armord-cache --publish 127.0.0.1:6381:6379 \
    armord-test/redis
ok "it answers" wait_for 30 curl -fsS http://127.0.0.1:8081/about.html
ok "redis answers" wait_for 30 redis_answers 6381
docker restart cache >/dev/null &
docker restart boot >/dev/null
wait $!
wait_for 30 curl -fsS -o /dev/null http://127.0.0.1:8081/about.html
wait_for 30 redis_answers 6381
arrived
ok "enforce" armorctl enforce boot --override ready
ok "it still answers" wait_for 30 curl -fsS http://127.0.0.1:8081/about.html
ok "enforce redis" armorctl enforce cache --override ready
ok "it still answers" wait_for 20 redis_answers 6381
ok "armord is masked for the next boot" systemctl mask armord.service
sync
done_testing
