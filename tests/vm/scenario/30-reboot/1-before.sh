#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A container is learned and enforced, with a restart policy; then the machine reboots, with armord not allowed to start.
# machines: bookworm trixie
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/armord.sh
source "$VM_LIB/armord.sh"

ok "armord starts" systemctl start armord.service
ok "learn" armorctl learn boot
ok "the container starts" docker run --detach --name boot --restart always --security-opt apparmor=armord-boot \
    --publish 127.0.0.1:8081:80 armord-test/nginx
ok "it answers" wait_for 30 curl -fsS http://127.0.0.1:8081/about.html
docker restart boot >/dev/null
wait_for 30 curl -fsS -o /dev/null http://127.0.0.1:8081/about.html
settled boot
ok "enforce" armorctl enforce boot --override ready
ok "it still answers" wait_for 30 curl -fsS http://127.0.0.1:8081/about.html
ok "armord is masked for the next boot" systemctl mask armord.service
sync
done_testing
