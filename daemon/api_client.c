/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Admission: who connects, through which door, and whether there is room. Done here and not by libmicrohttpd,
 * because a client over a cap should hear so, and because the caps are per user.
 */
#include "api_private.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ACCEPT_BATCH = 16, PEER_GROUPS_MAX = 65536 }; /* connections per wake-up; NGROUPS_MAX of the kernel */

static const char *const door_names[API_DOOR_COUNT] = {"control", "read"};

/* Whether the process behind FD is of GROUP, its supplementary groups included. */
static bool peer_has_group(int fd, gid_t primary, int64_t group)
{
    if ((int64_t)primary == group) {
        return true;
    }
    socklen_t size = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 || errno != ERANGE ||
        size > PEER_GROUPS_MAX * sizeof(gid_t)) {
        return false; /* has none, or the kernel doesn't say */
    }
    gid_t *groups = malloc(size);
    bool found = false;
    if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
        for (size_t i = 0; i < size / sizeof(gid_t) && !found; i++) {
            found = (int64_t)groups[i] == group;
        }
    }
    free(groups);
    return found;
}

/*
 * The socket file's mode keeps others out already; this holds where somebody widened it, or passed a
 * descriptor on.
 */
static bool may_change(const struct door *door, int fd, const struct ucred *peer)
{
    return peer->uid == 0 || (door->owner.present && (int64_t)peer->uid == door->owner.value) ||
           (door->group.present && peer_has_group(fd, peer->gid, door->group.value));
}

static bool has_room(const struct api *api, enum api_door which, uid_t uid)
{
    size_t own = 0;
    const struct client *client = NULL;
    LIST_FOREACH(client, &api->clients, link)
    {
        own += client->door == which && client->uid == uid && !client->refused;
    }
    return own < ARMOR_CLIENTS_PER_USER_MAX && api->doors[which].clients < ARMOR_CLIENTS_MAX;
}

/* Hand the connection FD over to libmicrohttpd, or close it. */
static void admit(struct api *api, enum api_door which, int fd)
{
    struct door *door = &api->doors[which];
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    struct client *client = NULL;
    api->counters.connections++;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || !(client = calloc(1, sizeof *client))) {
        (void)close(fd);
        return;
    }
    *client = (struct client){.api = api, .door = which, .fd = fd, .uid = peer.uid, .pid = peer.pid};
    client->may_change = which == API_DOOR_CONTROL && may_change(door, fd, &peer);
    client->refused = !has_room(api, which, peer.uid);
    client_free(client_find(api, fd)); /* one that was handed over and given up before it was heard of */
    door->clients += !client->refused;
    api->refused += client->refused;
    api->counters.refused += client->refused;
    LIST_INSERT_HEAD(&api->clients, client, link);
    if (api->refused > API_REFUSED_MAX) {
        client_free(client);
        (void)close(fd);
        return;
    }
    const struct sockaddr_un unnamed = {.sun_family = AF_UNIX};
    /* libmicrohttpd 0.9 tells on_connection in api.c from within, 1.0 later; it closes FD if it fails */
    if (MHD_add_connection(api->http, fd, (const struct sockaddr *)&unnamed, sizeof unnamed) != MHD_YES) {
        client_free(client_find(api, fd));
    }
}

struct client *client_find(const struct api *api, int fd)
{
    struct client *client = NULL;
    LIST_FOREACH(client, &api->clients, link)
    {
        if (client->fd == fd) {
            return client;
        }
    }
    return NULL;
}

void client_free(struct client *client)
{
    if (!client) {
        return;
    }
    client->api->doors[client->door].clients -= !client->refused;
    client->api->refused -= client->refused;
    LIST_REMOVE(client, link);
    free(client);
}

static int on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct door *door = userdata;
    (void)events;
    for (int i = 0; i < ACCEPT_BATCH; i++) {
        int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection >= 0) {
            admit(door->api, (enum api_door)(door - door->api->doors), connection);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            /* The waiting connection would wake us for ever: look away for a while. */
            log_error("No descriptor or memory for a client: %m; trying again in %d s.", API_RETRY_SECONDS);
            (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
            (void)sd_event_source_set_time_relative(door->retry, API_RETRY_SECONDS * UINT64_C(1000000));
            (void)sd_event_source_set_enabled(door->retry, SD_EVENT_ONESHOT);
            break;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            break;
        }
    }
    return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata)
{
    const struct door *door = userdata;
    (void)source;
    (void)usec;
    (void)sd_event_source_set_enabled(door->accept, SD_EVENT_ON);
    return 0;
}

/* Who may change is who the socket's file lets in by owner or group. */
static void find_owner(struct door *door)
{
    struct sockaddr_un address = {0};
    socklen_t size = sizeof address - 1;
    struct stat status;
    if (getsockname(door->fd, (struct sockaddr *)&address, &size) == 0 && address.sun_path[0] &&
        stat(address.sun_path, &status) == 0 && S_ISSOCK(status.st_mode)) {
        door->owner = (struct armor_number){(int64_t)status.st_uid, true};
        door->group = (struct armor_number){(int64_t)status.st_gid, true};
    }
}

int door_open(struct api *api, enum api_door which, int fd, struct armor_error *err)
{
    struct door *door = &api->doors[which];
    int listening = 0;
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof listening;
    socklen_t address_size = sizeof address;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0) {
        return armor_error_set(err, -errno, "the %s socket's descriptor is no socket", door_names[which]);
    }
    if (!listening || getsockname(fd, (struct sockaddr *)&address, &address_size) < 0 ||
        address.ss_family != AF_UNIX) {
        return armor_error_set(err, -EINVAL, "the %s socket isn't a listening Unix socket",
                               door_names[which]);
    }
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) { /* systemd passes them blocking */
        return armor_error_set(err, -errno, "the %s socket can't be made non-blocking", door_names[which]);
    }
    door->fd = fd;
    door->api = api;
    find_owner(door);
    sd_event *event = api->manager->event;
    int result = sd_event_add_io(event, &door->accept, fd, EPOLLIN, on_accept, door);
    result = result < 0 ? result : api_source_set(door->accept, door_names[which]);
    if (result >= 0) {
        result = sd_event_add_time_relative(event, &door->retry, CLOCK_MONOTONIC, 0, 0, on_retry, door);
    }
    result = result < 0 ? result : api_source_set(door->retry, "accept-retry");
    result = result < 0 ? result : sd_event_source_set_enabled(door->retry, SD_EVENT_OFF);
    return result < 0 ? armor_error_set(err, result, "the %s socket can't be watched: %s", door_names[which],
                                        strerror(-result))
                      : 0;
}

void door_close(struct door *door)
{
    sd_event_source_disable_unref(door->accept);
    sd_event_source_disable_unref(door->retry);
    if (door->fd >= 0) {
        (void)close(door->fd);
    }
    *door = (struct door){.fd = -1};
}
