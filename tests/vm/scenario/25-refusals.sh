#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input and trouble: one clear sentence each, the right exit status, nothing lost.
# machines: bookworm
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

# says NAME STATUS REGEX COMMAND...: the command ends with STATUS and says REGEX, in at most three lines.
says() {
    local name=$1 expected=$2 regex=$3 output status=0
    shift 3
    output=$("$@" 2>&1) || status=$?
    [[ $status == "$expected" && $output =~ $regex && $(wc -l <<<"$output") -le 3 ]]
    tap_result $? "$name" "\$ $*"$'\n'"$output"$'\n'"status $status; expected $expected and $regex"
}

as_user() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }

systemctl stop armord-audit.socket armord-read.socket armord.socket armord.service
says "armord isn't running" 3 'systemctl start armord' armorctl status
ok "armord starts" systemctl start armord.service
says "no permission on the socket" 4 'armord-admin' as_user armorctl learn web
says "an unknown container" 1 'armorctl learn' armorctl status nobody-knows
says "a name with a slash" 2 'begins with a letter or digit' armorctl learn ../etc
says "a name that is too long" 2 '64' armorctl learn "$(printf 'a%.0s' {1..65})"
says "an unknown verb" 2 'armorctl help' armorctl frobnicate
ok "learn" armorctl learn web
says "a second learn" 1 'armorctl (status|forget)' armorctl learn web
says "complain while learning" 1 'learning' armorctl complain web
like "enforce of what was never seen" "$(armorctl enforce web 2>&1)" 'observed +refused.*override'
ok "unless overridden" armorctl enforce web --override observed --override ready
says "enforce twice" 1 'enforced' armorctl enforce web
like "the override is recorded" "$(get /v1/containers/web/revisions)" '"overridden":true'

# The compiler.
parser=$(command -v apparmor_parser)
mv "$parser" "$parser.away"
says "apparmor_parser is missing" 1 'package apparmor' armorctl complain web
printf '#!/bin/sh\necho "AppArmor parser error: out of paper" >&2\nexit 1\n' >"$parser"
chmod 755 "$parser"
says "apparmor_parser fails" 1 'out of paper' armorctl complain web
rm "$parser" && mv "$parser.away" "$parser"
is "nothing is half done" "$(in_kernel armord-web)" enforce
ok "and it works again" armorctl complain web
is "in the kernel too" "$(in_kernel armord-web)" complain

refused "nobody else reaches the loader" as_user test -w /run/armord/loader.sock
armorctl forget web
done_testing
