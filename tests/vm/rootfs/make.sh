# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # the hooks of mmdebstrap expand "$1" themselves
# Makes the file systems: of the VM, and of the container images. Needs lib/host.sh.
# Packages come from where mmdebstrap finds the suite by default, and their signatures are verified.

rootfs=$(dirname "${BASH_SOURCE[0]}")

# Units that a test VM has no use for; each costs time under emulation.
readonly MASKED=(
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service
    fstrim.timer man-db.timer systemd-tmpfiles-clean.timer
    getty.target serial-getty@ttyS0.service systemd-logind.service
    systemd-pstore.service systemd-binfmt.service systemd-update-utmp.service systemd-update-utmp-runlevel.service
    dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount
    modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service
    modprobe@loop.service
)

# debootstrap_tar VARIANT SUITE OUT PACKAGE-LIST... [-- OPTION...]
debootstrap_tar() {
    local variant=$1 suite=$2 out=$3 lists=() log
    shift 3
    while (($#)) && [[ $1 != -- ]]; do lists+=("$1") && shift; done
    log=$out.log
    if ! mmdebstrap --variant="$variant" --include="$(words_of "${lists[@]}" | paste -s -d ,)" \
        --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
        "${@:2}" "$suite" "$out" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "mmdebstrap failed for $suite; the end of its log is above"
    fi
    rm "$log"
}

# make_root SUITE OUT.tar: the VM's system.
make_root() {
    debootstrap_tar minbase "$1" "$2" "$rootfs/packages" "$rootfs/packages.$1" -- \
        --customize-hook="copy-in '$rootfs/files/etc' '$rootfs/files/usr' /" \
        --customize-hook='chroot "$1" systemctl enable vm-job.service' \
        --customize-hook="chroot \"\$1\" systemctl mask ${MASKED[*]}" \
        --customize-hook='echo "/dev/nvme0n1 / ext4 noatime,noinit_itable 0 0" >"$1/etc/fstab"' \
        --customize-hook='echo vm >"$1/etc/hostname"' \
        --customize-hook='sed -i "s/^flush *=.*/flush = none/; s/^max_log_file_action *=.*/max_log_file_action = ignore/" \
            "$1/etc/audit/auditd.conf"' \
        --customize-hook='rm -f "$1"/boot/initrd.img-* "$1/etc/machine-id"; touch "$1/etc/machine-id"'
}

# make_container NAME SUITE OUT.tar [OPTION...]: a container image of packages.NAME on a Debian with shell and coreutils; without the
# package manager's data, which only make the import slow.
make_container() {
    debootstrap_tar essential "$2" "$3" "$rootfs/packages.$1" -- "${@:4}" \
        --customize-hook='chroot "$1" pwconv' \
        --customize-hook='cd "$1" && rm -rf var/lib/dpkg var/lib/apt var/cache/* usr/share/perl* usr/share/zoneinfo \
            usr/share/doc usr/share/bug usr/share/lintian usr/lib/systemd usr/lib/udev usr/share/bash-completion \
            usr/bin/perl* usr/lib/*/perl* usr/lib/*/gconv'
}

# make_nginx SUITE OUT.tar: nginx as its official image has it: logs to stdout, foreground.
make_nginx() {
    make_container nginx "$1" "$2" \
        --customize-hook="copy-in '$rootfs/nginx/etc' '$rootfs/nginx/srv' /" \
        --customize-hook='ln -sf /dev/stdout "$1/var/log/nginx/access.log"' \
        --customize-hook='ln -sf /dev/stderr "$1/var/log/nginx/error.log"'
}

# make_redis SUITE OUT.tar: redis as its official image has it: its data in /data.
make_redis() {
    make_container redis "$1" "$2" --customize-hook='chroot "$1" install -d -o redis -g redis /data'
}

# make_busybox NGINX.tar OUT.tar: a shell and its applets, from the busybox-static of the other image.
make_busybox() {
    local dir=$2.d applet
    mkdir -p "$dir"/{bin,dev,etc,proc,root,sys,tmp,var/log,srv}
    chmod 1777 "$dir/tmp"
    tar -xOf "$1" --wildcards './*bin/busybox' >"$dir/bin/busybox"
    chmod 755 "$dir/bin/busybox"
    for applet in $("$dir/bin/busybox" --list); do
        [[ $applet == busybox ]] || ln -s busybox "$dir/bin/$applet"
    done
    echo 'root:x:0:0:root:/root:/bin/sh' >"$dir/etc/passwd"
    echo 'root:x:0:' >"$dir/etc/group"
    tar -C "$dir" --owner=0 --group=0 -cf "$2" .
    rm -r "$dir"
}

# make_disk ROOT.tar SCRATCH DIR: DIR/vmlinuz and DIR/root.img, sparse.
make_disk() {
    mkdir "$2"
    in_root_namespace bash -euc '
        tar -C "$1" --exclude="./dev/*" -xf "$0"
        cp "$1"/boot/vmlinuz-* "$2/vmlinuz"
        truncate -s 8G "$2/root.img"
        mke2fs -q -t ext4 -E lazy_itable_init=0 -d "$1" "$2/root.img"
        rm -r "$1"' "$1" "$2" "$3"
}

# For people who aren't root: owners of files are right in a user namespace with the user's subordinate ids.
in_root_namespace() {
    if ((EUID == 0)); then
        "$@"
    else
        unshare --map-root-user --map-auto -- "$@"
    fi
}
