/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl seed: what static analysis says before anything has run, without daemon or root. */
#include "print.h"
#include "sources.h"

#include <errno.h>

/* One run. */
struct seeding {
    struct cli *cli;
    bool json;
    enum armor_mode mode;
    int fail_on;  /* enum armor_severity that makes the exit code 1; ARMOR_SEVERITY_COUNT: none */
    bool found;   /* a finding as severe as that, and not suppressed */
    json_t *list; /* of seeds, for JSON; owned */
    size_t printed;
};

static int print_text(struct seeding *seeding, const struct armor_seed *seed, const char *name)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    int code = armor_seed_render(seed, armor_slice_of(name), seeding->mode, &text);
    if (code < 0) {
        return cli_refuse(seeding->cli, CLI_REFUSED, NULL, "%s: %s.", name,
                          code == -E2BIG ? "the profile is over its cap of 4 MiB" : strerror(-code));
    }
    /* one `abi` line for a file: those of later profiles are left out */
    const char *abi = seeding->printed > 0 ? strstr(text.bytes, "\nabi ") : NULL;
    const char *rest = abi ? strchr(abi + 1, '\n') : text.bytes;
    (void)fprintf(seeding->cli->out, "%s%.*s%s", seeding->printed > 0 ? "\n" : "",
                  (int)(abi ? abi - text.bytes : 0), text.bytes, rest);
    return CLI_DONE;
}

static int print_seed(struct seeding *seeding, const struct armor_seed *seed, const char *name)
{
    for (size_t i = 0; i < seed->finding_count; i++) {
        const struct armor_finding *finding = &seed->findings[i];
        sources_print_finding(seeding->cli->err, finding);
        seeding->found =
            seeding->found || (!finding->suppressed && (int)finding->severity >= seeding->fail_on);
    }
    if (!seeding->json) {
        int code = print_text(seeding, seed, name);
        seeding->printed++;
        return code;
    }
    json_t *object = armor_seed_to_json(seed, armor_slice_of(name));
    return json_array_append_new(seeding->list, object) < 0
               ? cli_refuse(seeding->cli, CLI_REFUSED, NULL, "Out of memory.")
               : CLI_DONE;
}

static int print_all(struct seeding *seeding, const struct sources *sources)
{
    int exit = CLI_DONE;
    for (size_t i = 0; i < sources->count && exit == CLI_DONE; i++) {
        exit = print_seed(seeding, sources->items[i].seed, sources->items[i].name);
    }
    if (exit == CLI_DONE && seeding->json) {
        json_auto_t *all = json_pack("{s:O}", "profiles", seeding->list);
        exit = all ? print_json(seeding->cli, all)
                   : cli_refuse(seeding->cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    return exit;
}

/* The severity of that NAME; ARMOR_SEVERITY_COUNT for NULL, -EINVAL for none. */
static int severity_of(const char *name)
{
    int severity = ARMOR_SEVERITY_NOTE;
    while (name && severity < ARMOR_SEVERITY_COUNT &&
           strcmp(name, armor_severity_name((enum armor_severity)severity)) != 0) {
        severity++;
    }
    return !name ? ARMOR_SEVERITY_COUNT : severity < ARMOR_SEVERITY_COUNT ? severity : -EINVAL;
}

int verb_seed(struct cli *cli)
{
    const char *format = cli_value(cli, CLI_OPTION_FORMAT);
    const char *mode = cli_value(cli, CLI_OPTION_MODE);
    const char *severity = cli_value(cli, CLI_OPTION_FAIL_ON);
    int mode_found = mode ? armor_mode_from_name(armor_slice_of(mode)) : ARMOR_MODE_LEARNING;
    int fail_on = severity_of(severity);
    if (format && strcmp(format, "apparmor") != 0 && strcmp(format, "json") != 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--format is apparmor or json, not '%s'.", format);
    }
    if (mode_found < 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--mode is learning or enforced, not '%s'.", mode);
    }
    if (fail_on < 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--fail-on is note, low, medium or high, not '%s'.",
                          severity);
    }
    if (!sources_given(cli)) {
        return cli_refuse(cli, CLI_USAGE, "See `armorctl seed --help`.",
                          "A seed of what? Name a --dockerfile, --compose or --inspect file.");
    }
    ARMOR_CLEANUP(sources_done) struct sources sources = {.project = {.folder_fd = -1}};
    int code = sources_read(cli, cli_value(cli, CLI_OPTION_CONTAINER), SOURCES_ONE_NAME, &sources);
    if (code != CLI_DONE) {
        return code;
    }
    struct seeding seeding = {.cli = cli,
                              .json = format ? strcmp(format, "json") == 0 : cli->json,
                              .mode = (enum armor_mode)mode_found,
                              .fail_on = fail_on,
                              .list = json_array()};
    code = print_all(&seeding, &sources);
    json_decref(seeding.list);
    code = code == CLI_DONE ? override_write(cli, &sources) : code;
    return code == CLI_DONE && seeding.found ? CLI_REFUSED : code;
}
