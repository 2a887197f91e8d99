/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve_runtime SOCKET DIRECTORY: an engine's API for armorctl to ask, until standard input ends: the container web and the image nginx:1 are
 * DIRECTORY/container.json and image.json; `huge` never ends, `odd` isn't an engine's, `slow` says nothing. Of those that run, three are under profiles
 * of armord's, and one is started while somebody follows.
 */
#include <microhttpd.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct {
    const char *path;
    const char *file; /* of the directory */
} files[] = {
    {"/containers/web/json", "container.json"},
    {"/containers/gated/json", "engine/gated.json"},
    {"/containers/again/json", "engine/again.json"},
    {"/images/nginx:1/json", "image.json"},
};

static const struct {
    const char *path;
    const char *text;
} texts[] = {
    {"/_ping", "OK"},
    {"/containers/json",
     "[{\"Id\":\"aa\"},{\"Id\":\"bb\"},{\"Id\":\"../images\"},{\"Id\":\"cc\"},{\"Id\":\"dead\"}]"},
    {"/containers/aa/json", "{\"AppArmorProfile\":\"armord-web\",\"Image\":\"sha256:11\"}"},
    {"/containers/bb/json", "{\"AppArmorProfile\":\"docker-default\",\"Image\":\"sha256:22\"}"},
    {"/containers/cc/json", "{\"AppArmorProfile\":\"armord-lost\",\"Image\":\"sha256:33\"}"},
    {"/containers/dd/json", "{\"AppArmorProfile\":\"armord-again\"}"},
    {"/events",
     "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"dd\"}}\nno JSON\n{\"id\":\"bb\"}\n"},
};

static ssize_t never_ends(void *userdata, uint64_t at, char *bytes, size_t most)
{
    (void)userdata;
    (void)at;
    memset(bytes, '[', most);
    return (ssize_t)most;
}

static ssize_t says_nothing(void *userdata, uint64_t at, char *bytes, size_t most)
{
    (void)userdata;
    (void)at;
    (void)bytes;
    (void)most;
    (void)sleep(1);
    return 0;
}

static struct MHD_Response *answer_to(const char *directory, const char *path, unsigned *ret_status)
{
    static char missing[] = "{\"message\": \"no such thing\"}";
    char name[4096];
    *ret_status = 200;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct stat status;
        (void)snprintf(name, sizeof name, "%s/%s", directory, files[i].file);
        int fd = strcmp(path, files[i].path) == 0 ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        if (fd >= 0 && fstat(fd, &status) == 0) {
            return MHD_create_response_from_fd((size_t)status.st_size, fd);
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(path, texts[i].path) == 0) {
            return MHD_create_response_from_buffer(strlen(texts[i].text), (void *)texts[i].text,
                                                   MHD_RESPMEM_PERSISTENT);
        }
    }
    if (strcmp(path, "/containers/huge/json") == 0) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, never_ends, NULL, NULL);
    }
    if (strcmp(path, "/containers/slow/json") == 0) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, says_nothing, NULL, NULL);
    }
    *ret_status = strcmp(path, "/containers/odd/json") == 0 ? 302 : 404;
    return MHD_create_response_from_buffer(sizeof missing - 1, missing, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result take(void *userdata, struct MHD_Connection *connection, const char *path,
                            const char *method, const char *version, const char *data, size_t *size,
                            void **state)
{
    unsigned status = 0;
    (void)method;
    (void)version;
    (void)data;
    (void)size;
    (void)state;
    struct MHD_Response *response = answer_to(userdata, path, &status);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte;
    if (argc != 3 || fd < 0) {
        return EXIT_FAILURE;
    }
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, take,
                         argv[2], MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
    if (!daemon) {
        return EXIT_FAILURE;
    }
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}
