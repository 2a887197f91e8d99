/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of capabilities by their numbers: include/uapi/linux/capability.h, Linux 5.9 and later. See armor/event.h. */
#include "armor/event.h"

static const char *const names[ARMOR_CAPABILITY_COUNT] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

const char *armor_capability_name(int64_t number)
{
    return number >= 0 && number < ARMOR_CAPABILITY_COUNT ? names[number] : NULL;
}
