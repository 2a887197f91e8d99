/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The items of a service's lists, short syntax or long. The slices are of the node's text. Private to lib/seed. */
#pragma once

#include "yaml_tree.h"

struct compose_mount {
    struct armor_slice type;   /* "bind", "volume", "tmpfs", ... */
    struct armor_slice source; /* host path or volume's name; absent: anonymous */
    struct armor_slice
        target; /* in the container; may not be absolute: Docker says no to that, not Compose */
    bool read_only;
    bool named_only; /* the source is the name of a volume, so that the target is a directory */
};

struct compose_port {
    struct armor_slice address;   /* on the host; absent: all */
    struct armor_slice published; /* absent: any */
    unsigned first, last;         /* in the container; 1 to 65535 */
    struct armor_slice protocol;  /* "tcp" unless said */
};

/* A config, secret or device. */
struct compose_given {
    struct armor_slice source;
    struct armor_slice target;      /* absent: by the kind's own rule */
    struct armor_slice permissions; /* of a device: "rwm" unless said */
};

/* Read one item. Return 0, or -EBADMSG with its place. */
ARMOR_CHECKED int compose_mount_read(const struct tree_node *node, struct compose_mount *ret_mount,
                                     struct armor_error *err);
ARMOR_CHECKED int compose_port_read(const struct tree_node *node, struct compose_port *ret_port,
                                    struct armor_error *err);
ARMOR_CHECKED int compose_given_read(const struct tree_node *node, struct compose_given *ret_given,
                                     struct armor_error *err);
ARMOR_CHECKED int compose_device_read(const struct tree_node *node, struct compose_given *ret_device,
                                      struct armor_error *err);

/* "80", "8000-8010", with "/udp" perhaps: the part of a port within the container. False: it isn't one. */
bool compose_port_range(struct armor_slice text, struct compose_port *ret_port);

/* A comma-separated WORD is among TEXT's. */
bool compose_has_word(struct armor_slice text, const char *word);
