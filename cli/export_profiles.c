/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl export: the profiles as plain files that need no armord, for before it is removed, for a backup or another host. */
#include "client.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where to, and how many went there. */
struct target {
    struct cli *cli;
    const char *path; /* of the directory; "-": standard output */
    int directory;    /* owned; -1: standard output */
    size_t profiles;
    size_t revisions;
};

static void target_done(struct target *target)
{
    if (target->directory >= 0) {
        (void)close(target->directory);
    }
}

/* Open the directory, new or empty: nothing that is there is written over. Returns CLI_DONE or what was refused. */
static int target_open(struct target *target)
{
    if (strcmp(target->path, "-") == 0) {
        return CLI_DONE;
    }
    if (mkdir(target->path, 0755) < 0 && errno == EEXIST && rmdir(target->path) == 0) {
        (void)mkdir(target->path, 0755); /* it was empty */
    } else if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR) {
        return cli_refuse(target->cli, CLI_REFUSED, "Name a new directory.", "%s is there and isn't empty.",
                          target->path);
    }
    target->directory = open(target->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return target->directory < 0 ? cli_refuse(target->cli, CLI_REFUSED, NULL, "%s can't be made: %s.",
                                              target->path, strerror(errno))
                                 : CLI_DONE;
}

/* Write TEXT as FILE of the directory, or to standard output. */
static int put(struct target *target, const char *file, const char *text)
{
    if (target->directory < 0) {
        (void)fputs(text, target->cli->out); /* main says it when the output fails */
        return CLI_DONE;
    }
    size_t length = strlen(text);
    int fd = openat(target->directory, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool sound = fd >= 0 && write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
    int problem = errno;
    if (fd >= 0) {
        (void)close(fd);
    }
    return sound ? CLI_DONE
                 : cli_refuse(target->cli, CLI_REFUSED, NULL, "%s/%s can't be written: %s.", target->path,
                              file, strerror(problem));
}

/* Get PATH of armord and put it as FILE. */
static int fetch(struct target *target, const char *path, const char *file)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_call(target->cli, "GET", path, NULL, &answer);
    return code == CLI_DONE ? put(target, file, answer.text) : code;
}

/* Each text of NAME that is kept, as revisions/NAME/N.MODE. */
static int export_revisions(struct target *target, const char *name)
{
    char path[192];
    char file[192];
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    (void)snprintf(path, sizeof path, "/v1/containers/%s/revisions", name);
    int code = client_call(target->cli, "GET", path, NULL, &answer);
    (void)snprintf(file, sizeof file, "revisions/%s", name);
    if (code == CLI_DONE && (mkdirat(target->directory, "revisions", 0755) == 0 || errno == EEXIST) &&
        mkdirat(target->directory, file, 0755) < 0) {
        code = cli_refuse(target->cli, CLI_REFUSED, NULL, "%s/%s can't be made: %s.", target->path, file,
                          strerror(errno));
    }
    const json_t *revision = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(answer.json, "revisions"), i, revision)
    {
        const char *mode = json_string_value(json_object_get(revision, "mode"));
        if (code != CLI_DONE || !mode || strchr(mode, '/')) {
            break;
        }
        long long number = (long long)print_number(revision, "number");
        (void)snprintf(path, sizeof path, "/v1/containers/%s/revisions/%lld", name, number);
        (void)snprintf(file, sizeof file, "revisions/%s/%lld.%s", name, number, mode);
        code = fetch(target, path, file);
        target->revisions += code == CLI_DONE;
    }
    return code;
}

static int export_all(struct target *target, const json_t *containers)
{
    bool revisions = cli_given(target->cli, CLI_OPTION_REVISIONS);
    const json_t *container = NULL;
    size_t i = 0;
    int code = CLI_DONE;
    json_array_foreach(containers, i, container)
    {
        const char *name = json_string_value(json_object_get(container, "name"));
        const char *profile = json_string_value(json_object_get(container, "profile"));
        char path[192];
        if (code != CLI_DONE || !name || !profile || strchr(name, '/') || strchr(profile, '/')) {
            break;
        }
        (void)snprintf(path, sizeof path, "/v1/containers/%s/profile", name);
        code = fetch(target, path, profile);
        target->profiles += code == CLI_DONE;
        code = code == CLI_DONE && revisions ? export_revisions(target, name) : code;
    }
    return code;
}

int verb_export(struct cli *cli)
{
    ARMOR_CLEANUP(target_done)
    struct target target = {.cli = cli, .path = cli->arguments[0], .directory = -1};
    ARMOR_CLEANUP(client_answer_done) struct client_answer list = {0};
    if (strcmp(target.path, "-") == 0 && cli_given(cli, CLI_OPTION_REVISIONS)) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--revisions needs a directory to write to.");
    }
    int code = client_call(cli, "GET", "/v1/containers", NULL, &list);
    code = code == CLI_DONE ? target_open(&target) : code;
    code = code == CLI_DONE ? export_all(&target, json_object_get(list.json, "containers")) : code;
    if (code != CLI_DONE || target.directory < 0) {
        return code;
    }
    if (cli->json) {
        json_auto_t *done = json_pack("{s:s, s:I, s:I}", "directory", target.path, "profiles",
                                      (json_int_t)target.profiles, "revisions", (json_int_t)target.revisions);
        return print_json(cli, done);
    }
    (void)fprintf(cli->out,
                  "Exported: %zu profiles%s to %s. They need no armord: apparmor_parser -r %s/armord-NAME\n",
                  target.profiles, cli_given(cli, CLI_OPTION_REVISIONS) ? " with all their revisions" : "",
                  target.path, target.path);
    return CLI_DONE;
}
