#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After the reboot the profiles were there before Docker started the containers, without armord.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/armord.sh
source "$VM_LIB/armord.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/redis.sh
source "$VM_LIB/redis.sh"

is "armord isn't running" "$(systemctl is-active armord.service)" inactive
is "the kernel enforces the profile" "$(in_kernel armord-boot)" enforce
ok "the container came up" wait_for 60 curl -fsS http://127.0.0.1:8081/about.html
is "under the profile" "$(label boot)" "armord-boot (enforce)"
ok "redis came up" wait_for 30 redis_answers 6381
is "under its own" "$(label cache)" "armord-cache (enforce)"
refused "and is held to it" docker exec boot sh -c 'read -r line </etc/shadow'
systemctl unmask armord.service
ok "armord starts again" systemctl start armord.service
ok "and finds that all agree" armorctl doctor
like "and knows the container" "$(get /v1/containers/boot)" '"mode": ?"enforced"'
# Removed, and installed again: the container runs on under its profile.
stage=${VM_LIB%/lib}/stage.tar
tar -tf "$stage" | sed -n 's|^\./|/|p' | grep -v '/$' >"$VM_RESULTS/manifest"
ok "export" armorctl export "$VM_RESULTS/profiles" --revisions
ok "what it wrote needs no armord" apparmor_parser --skip-kernel-load --skip-cache "$VM_RESULTS/profiles/armord-boot"
ok "armord is removed" bash "$VM_LIB/uninstall" "$VM_RESULTS/manifest"
refused "it is gone" test -e /usr/bin/armorctl -o -e /usr/sbin/armord -o -e /run/armord
is "the container stays enforced" "$(label boot)" "armord-boot (enforce)"
ok "it starts again" docker restart boot
ok "it answers" wait_for 30 curl -fsS http://127.0.0.1:8081/about.html
is "enforced" "$(label boot)" "armord-boot (enforce)"
tar -C / --no-same-owner --no-overwrite-dir --keep-directory-symlink -xf "$stage"
systemctl daemon-reload
ok "installed again" systemctl start armord.service
ok "armord knows it, and all agree" armorctl doctor

docker rm --force --volumes boot cache >/dev/null
ok "forget" armorctl forget boot
ok "forget the other" armorctl forget cache
done_testing
