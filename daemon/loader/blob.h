/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A compiled policy, before the kernel sees it: is it the one profile that was asked for, and nothing else? */
#pragma once

#include "wire.h"

/*
 * Walk BLOB (untrusted bytes, as apparmor_parser wrote them) in the order in which the kernel unpacks it
 * (security/apparmor/policy_unpack.c), and check that it
 *
 *   - is used up to its last byte by a single profile, whose name is NAME. A second profile of the same name in one
 *     write crashes Linux 6.1, and any other would be somebody else's;
 *   - names no namespace, replaces no other profile ("rename"), attaches to no program by itself, is no hat;
 *   - is in MODE (complain or enforce), and not complain by the header's force bit;
 *   - names no profile but NAME in any of its transition tables.
 *
 * The state machines inside are opaque here: the kernel checks them. Returns 0, or -EBADMSG for bytes that aren't a
 * policy and -EPERM for a policy that isn't the one asked for; ERR's column is the byte in BLOB, from 1.
 */
ARMOR_CHECKED int loader_blob_check(struct armor_slice blob, const char *name, enum loader_mode mode,
                                    struct armor_error *err);
