#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After the reboot the profile was there before Docker started the container, without armord.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/armord.sh
source "$VM_LIB/armord.sh"

is "armord isn't running" "$(systemctl is-active armord.service)" inactive
is "the kernel enforces the profile" "$(in_kernel armord-boot)" enforce
ok "the container came up" wait_for 60 curl -fsS http://127.0.0.1:8081/about.html
is "under the profile" "$(label boot)" "armord-boot (enforce)"
refused "and is held to it" docker exec boot sh -c 'read -r line </etc/shadow'
systemctl unmask armord.service
ok "armord starts again" systemctl start armord.service
like "and knows the container" "$(get /v1/containers/boot)" '"mode": ?"enforced"'
docker rm --force boot >/dev/null
ok "forget" armorctl forget boot
done_testing
