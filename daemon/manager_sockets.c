/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets passed by systemd: a table of names. See manager_sockets.h. */
#include "manager_sockets.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *unit;
    bool required;
    size_t offset; /* in struct manager_sockets */
} table[] = {
    {"audit", "armord-audit.socket", false, offsetof(struct manager_sockets, audit)},
    {"kmsg", "armord-kmsg.socket", false, offsetof(struct manager_sockets, kmsg)},
    {"tray", "armord.service", false, offsetof(struct manager_sockets, tray)},
    {"control", "armord.socket", true, offsetof(struct manager_sockets, control)},
    {"read", "armord-read.socket", true, offsetof(struct manager_sockets, read)},
};

enum { TABLE_COUNT = sizeof table / sizeof table[0] };

static int *place_of(struct manager_sockets *sockets, size_t index)
{
    return (int *)((char *)sockets + table[index].offset);
}

/* Put FD where NAME belongs, or close it. Returns 0 or negative. */
static int place(struct manager_sockets *sockets, const char *name, int fd, struct armor_error *err)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (strcmp(name, table[i].name) != 0) {
            continue;
        }
        if (*place_of(sockets, i) >= 0) {
            (void)close(fd);
            return armor_error_set(err, -EEXIST,
                                   "systemd passed two sockets of the name \"%s\"; %s must have one only",
                                   name, table[i].unit);
        }
        *place_of(sockets, i) = fd;
        /* systemd passes them blocking (NonBlocking= of systemd.service), and who accepts until nobody waits would wait. */
        if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
            int code = -errno;
            return armor_error_set(err, code, "the socket \"%s\" can't be made non-blocking: %s", name,
                                   strerror(-code));
        }
        return 0;
    }
    log_notice("systemd passed a socket that armord has no use for (\"%s\"), ignoring it", name);
    (void)close(fd);
    return 0;
}

int manager_sockets_take(struct manager_sockets *ret_sockets, struct armor_error *err)
{
    struct manager_sockets sockets = {-1, -1, -1, -1, -1};
    char **names = NULL;
    int count = sd_listen_fds_with_names(1, &names);
    if (count < 0) {
        return armor_error_set(err, count, "the sockets from systemd can't be taken: %s", strerror(-count));
    }
    int r = 0;
    for (int i = 0; i < count; i++) {
        int placed = place(&sockets, names[i], SD_LISTEN_FDS_START + i, err);
        r = r < 0 ? r : placed;
        free(names[i]);
    }
    free((void *)names);
    for (size_t i = 0; r == 0 && i < TABLE_COUNT; i++) {
        if (table[i].required && *place_of(&sockets, i) < 0) {
            r = armor_error_set(err, -ENOENT,
                                "systemd passed no socket of the name \"%s\": start armord with "
                                "`systemctl start armord`, which starts %s first",
                                table[i].name, table[i].unit);
        }
    }
    if (r < 0) {
        manager_sockets_close(&sockets);
        return r;
    }
    *ret_sockets = sockets;
    return 0;
}

void manager_sockets_close(struct manager_sockets *sockets)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        int *fd = place_of(sockets, i);
        if (*fd >= 0) {
            (void)close(*fd);
            *fd = -1;
        }
    }
}
