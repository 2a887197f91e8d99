#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A container forges records of another one: by audit messages from user space, which Docker's default capabilities allow, and
# by the kernel log, which --privileged allows. Nothing is learned from them by any source, and the forger is named.
# machines: bookworm bookworm+auditd
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
source "$VM_LIB/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/audit.sh
source "$VM_LIB/audit.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/armord.sh
source "$VM_LIB/armord.sh"

# Sends an audit message, `TYPE TEXT`, and prints the kernel's answer, 0 or a negative errno. Run with the VM's own perl.
# shellcheck disable=SC2016  # for perl
readonly FORGE='
my ($type, $text) = @ARGV;
socket(my $socket, 16, 3, 9) or die "socket: $!";
my $message = pack("LSSLL", 17 + length $text, $type, 5, 1, 0) . $text . "\0";
$message .= "\0" x (-length($message) % 4);
send($socket, $message, 0, pack("SSLL", 16, 0, 0, 0)) or die "send: $!";
defined recv($socket, my $answer, 8192, 0) or die "recv: $!";
print unpack("l", substr($answer, 16, 4)), "\n";'
readonly RECORD='apparmor="ALLOWED" operation="open" profile="armord-victim" name="/etc/FORGED" pid=1 comm="sh" requested_mask="r" denied_mask="r" fsuid=0 ouid=0'

# forge TYPE TEXT: from a container with the default capabilities.
forge() {
    docker run --rm --security-opt apparmor=armord-forger --volume /:/host:ro armord-test/busybox \
        chroot /host /usr/bin/perl -e "$FORGE" "$1" "$2" 2>&1
}

write_kmsg() {
    docker run --rm --privileged armord-test/busybox sh -c 'echo "<5>audit: type=1400 audit(1.100:1): $1" >/dev/kmsg' _ "$RECORD"
}

forged() { container_says "$1" .forged; }

for source in $(sources); do
    diag "--- $source ---"
    ok "armord reads $source, and its self-test passes" start_source "$source"
    ok "learn the victim" armorctl learn victim
    ok "learn the forger" armorctl learn forger
    before=$(source_says untrusted)
    is "the kernel refuses a type of its own" "$(forge 1400 "$RECORD")" -22
    is "and takes a user's" "$(forge 1107 "$RECORD")" 0
    is "with a line of its own in it, too" "$(forge 1107 "x
type=AVC msg=audit(1.100:1): $RECORD")" 0
    ok "a privileged container writes into the kernel log" write_kmsg
    settled forger
    like "the record did arrive" "$(if [[ $VM_AUDITD == yes ]]; then grep -a FORGED "$AUDIT_LOG"; else dmesg | grep -a FORGED; fi)" 'msg=.apparmor="ALLOWED"'
    unlike "the victim has no rule from it" "$(get /v1/containers/victim/rules)" FORGED
    is "and no event" "$(events victim)" 0
    unlike "nor has the forger" "$(get /v1/containers/forger/rules)" FORGED
    ok "untrusted records were counted ($before before)" test "$(source_says untrusted)" -ge $((before + 2))
    ok "with the forger" test "$(forged forger)" -ge 2
    is "not with the victim" "$(forged victim)" 0
    like "its status says so" "$(armorctl status forger)" "forged +[0-9]+ records that pose"
    told=$(armorctl events forger)
    diag "$(grep security <<<"$told")"
    like "an event names pid, label and whom it is about" "$told" 'security forger kind=forged .*pid=[0-9]+ label=armord-forger profile=armord-victim'
    like "so does the journal" "$(journalctl --boot --output cat MESSAGE_ID=525910bb40c14c72903ad11c9c70ef1e ARMORD_CONTAINER=forger)" \
        'process [0-9]+ under armord-forger sent'
    ok "forget the victim" armorctl forget victim
    ok "forget the forger" armorctl forget forger
done

default_source
ok "armord is back as it was" wait_for 60 source_passed netlink
done_testing
