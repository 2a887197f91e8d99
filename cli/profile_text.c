/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's text from a file. See profile_text.h. */
#include "profile_text.h"

#include "include_files.h"
#include "project.h"

#include <sys/random.h>

int profile_text_read(struct cli *cli, const char *path, struct armor_reading **ret_reading)
{
    static const char *const usual[] = {"/etc/apparmor.d"};
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_READ_TEXT_MAX);
    ARMOR_CLEANUP(include_files_done)
    struct include_files files = {.folders = usual, .folder_count = 1};
    const struct armor_includes includes = {.load = include_files_load, .userdata = &files};
    struct armor_error err = {0};
    char line[sizeof err.text + sizeof err.source + 48];
    uint64_t seed = 0;
    if (cli_given(cli, CLI_OPTION_INCLUDE)) {
        files.folders = cli->values[CLI_OPTION_INCLUDE];
        files.folder_count = cli->value_count[CLI_OPTION_INCLUDE];
    }
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "The kernel gives no random numbers.");
    }
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    int code = project_read(path, ARMOR_READ_TEXT_MAX, &text, &err);
    if (code == 0) {
        armor_error_clear(&err);
        struct armor_slice bytes = {text.length ? text.bytes : "", text.length};
        code = armor_read(bytes, name, &includes, seed, ret_reading, &err);
    }
    if (code < 0 && err.code == 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    return code < 0 ? cli_refuse(cli, CLI_REFUSED, NULL, "%s", armor_error_format(&err, line, sizeof line))
                    : CLI_DONE;
}
