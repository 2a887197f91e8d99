# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The virtual machine itself. Needs lib/host.sh.
#
# The root disk is NVMe because Debian's cloud kernel has that driver and ext4 built in: no initrd, which
# saves a fifth of the boot under emulation. /dev/vda is the job, /dev/vdb takes the results.

readonly PROBE_SECONDS=10 # for the kernel's first line under KVM; it takes less than one where KVM works

# accelerator KERNEL: prints kvm or tcg. A /dev/kvm that opens may still hang the guest, so only a boot
# tells. Known until the host reboots.
accelerator() {
    local kernel=$1 boot_id answer=tcg known
    known=$(cache_dir)/accelerator
    boot_id=$(</proc/sys/kernel/random/boot_id)
    if [[ -r $known && $(<"$known") == "$boot_id "* ]]; then
        cut -d ' ' -f 2 "$known"
        return
    fi
    if [[ ! -w /dev/kvm ]]; then
        say "no access to /dev/kvm: emulation"
    elif boots_with kvm "$kernel"; then
        answer=kvm
        say "KVM works"
    else
        say "/dev/kvm is there, but a guest does not start within ${PROBE_SECONDS} s: emulation"
    fi
    echo "$boot_id $answer" >"$known.$$" && mv "$known.$$" "$known"
    echo "$answer"
}

# boots_with ACCELERATOR KERNEL. Without a root disk the kernel panics at the end of its boot; panic=-1 and -no-reboot
# make that an exit.
boots_with() {
    timeout --kill-after=1 "$PROBE_SECONDS" qemu-system-x86_64 -accel "$1" -cpu max -m 512 -nic none \
        -display none -monitor none -serial stdio -no-reboot -kernel "$2" \
        -append "console=ttyS0 earlyprintk=ttyS0 panic=-1" </dev/null 2>/dev/null | grep 'Linux version' >/dev/null
}

# The port "live" goes through a pipe: as a stdio chardev it counts as unplugged when stdin is at its end, and as a
# file it would have an offset of its own. Needs pipefail.
#
# vm_boot KERNEL ROOT FORMAT IN OUT CONSOLE SECONDS [APPEND]
#   ROOT     disk image in FORMAT (raw, qcow2), written to
#   IN, OUT  raw files: the job (a tar, not written to), and where the results go
#   CONSOLE  file that the kernel's console is appended to
# Boots and returns when the VM has ended, with what it writes to the port "live" on stdout meanwhile.
# Status 124: ended by the time limit. A reboot or a panic of the guest ends the VM as well.
#
# Under emulation a kernel sometimes dies in its first seconds, while it rewrites its own code on one processor and the
# other runs it: before there is a root disk or a process, so it says nothing of what is tested. Such a boot is done
# again, at most twice, and that is said.
vm_boot() {
    local console=$6 tries=0 before status
    while true; do
        before=$(stat -c %s "$console" 2>/dev/null || echo 0)
        status=0
        qemu "$@" || status=$?
        tries=$((tries + 1))
        if ((tries == 3)) || ! early_panic "$console" "$before"; then return "$status"; fi
        say "the emulated machine's kernel died in its first seconds: booting again"
    done
}

# early_panic CONSOLE OFFSET: the kernel panicked before three seconds of its time, which is before it mounts anything.
early_panic() {
    tail -c "+$(($2 + 1))" "$1" | grep -aqE '^\[ +[0-2]\.[0-9]+\] Kernel panic'
}

# The arguments are vm_boot's.
qemu() {
    local kernel=$1 root=$2 format=$3 in=$4 out=$5 console=$6 seconds=$7 append=${8:-} accel
    accel=$(accelerator "$kernel")
    [[ $accel != tcg ]] || accel=tcg,thread=multi
    timeout --foreground --kill-after=5 "$seconds" qemu-system-x86_64 \
        -accel "$accel" -cpu max -smp 2 -m 2G -nic none -no-reboot \
        -display none -monitor none -kernel "$kernel" \
        -append "root=/dev/nvme0n1 rw console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable $append" \
        -chardev "file,id=console,path=${console//,/,,},append=on" -serial chardev:console \
        -drive "file=${root//,/,,},format=$format,if=none,id=root,cache=unsafe,discard=unmap" \
        -device nvme,drive=root,serial=root \
        -drive "file=${in//,/,,},format=raw,if=virtio,read-only=on" \
        -drive "file=${out//,/,,},format=raw,if=virtio,cache=unsafe" \
        -device virtio-rng-pci -device virtio-serial-pci \
        -chardev file,id=live,path=/dev/stdout -device virtserialport,chardev=live,name=live </dev/null | cat
}
