/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Compose file that puts services under their profiles: written whole or not at all, and over nobody else's. See sources.h. */
#include "sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int override_check(struct cli *cli)
{
    const char *path = cli_value(cli, CLI_OPTION_WRITE_OVERRIDE);
    char line[sizeof ARMOR_OVERRIDE_MARK] = "";
    if (!path) {
        return CLI_DONE;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return CLI_DONE;
    }
    ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    int problem = errno;
    struct stat status = {0};
    bool plain = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (got < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s is there and cannot be read: %s.", path,
                          strerror(problem));
    }
    if (!plain || strcmp(line, ARMOR_OVERRIDE_MARK) != 0) {
        return cli_refuse(cli, CLI_REFUSED, "Name another file, or move this one away.",
                          "%s is there already, and armorctl didn't make it: it stays as it is.", path);
    }
    return CLI_DONE;
}

static int render(const struct sources *sources, struct armor_text *text)
{
    struct armor_override *overrides = calloc(sources->count, sizeof *overrides);
    if (!overrides) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < sources->count; i++) {
        overrides[i] = (struct armor_override){sources->items[i].service, sources->items[i].name};
    }
    int code = armor_override_render(overrides, sources->count, text);
    free(overrides);
    return code;
}

int override_write(struct cli *cli, const struct sources *sources)
{
    const char *path = cli_value(cli, CLI_OPTION_WRITE_OVERRIDE);
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    char temporary[ARMOR_PATH_MAX];
    int exit = override_check(cli);
    if (!path || exit != CLI_DONE) {
        return exit;
    }
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (render(sources, &text) < 0 || length < 0 || (size_t)length >= sizeof temporary) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s: the path or the file is too long.", path);
    }
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool sound = fd >= 0 && fchmod(fd, 0644) == 0 &&
                 write(fd, text.bytes, text.length) == (ssize_t)text.length && fsync(fd) == 0;
    int problem = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (!sound || rename(temporary, path) < 0) {
        problem = sound ? errno : problem;
        if (fd >= 0) {
            (void)unlink(temporary);
        }
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s cannot be written: %s.", path, strerror(problem));
    }
    return CLI_DONE;
}
