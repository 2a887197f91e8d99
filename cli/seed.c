/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl seed: what static analysis says before anything has run, without daemon or root. */
#include "print.h"
#include "project.h"

#include "armor/dockerfile.h"
#include "armor/inspect.h"
#include "armor/label.h"
#include "armor/seed_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* One run: seeds are printed as they are made, one for each service. */
struct seeding {
    struct cli *cli;
    struct armor_compose *compose; /* NULL: no Compose file was named */
    bool json;
    enum armor_mode mode;
    int fail_on;  /* enum armor_severity that makes the exit code 1; ARMOR_SEVERITY_COUNT: none */
    bool found;   /* a finding as severe as that, and not suppressed */
    json_t *list; /* of seeds, for JSON; owned */
    size_t printed;
    struct armor_override overrides[ARMOR_COMPOSE_SERVICES_MAX];
    size_t override_count;
};

static int fail(struct cli *cli, int code, const struct armor_error *err)
{
    char buffer[600];
    if (!err->code) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", code == -ENOMEM ? "Out of memory" : strerror(-code));
    }
    return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", armor_error_format(err, buffer, sizeof buffer));
}

static void print_finding(struct seeding *seeding, const struct armor_finding *finding)
{
    FILE *err = seeding->cli->err;
    const struct armor_seed_source *source = &finding->source;
    print_safe(err, source->file ? source->file : "standard input");
    if (source->line) {
        (void)fprintf(err, ":%zu", source->line);
    }
    if (source->pointer) {
        (void)fputc('#', err);
        print_safe(err, source->pointer);
    }
    (void)fprintf(err, ": %s: %s: ", finding->suppressed ? "ignored" : armor_severity_name(finding->severity),
                  finding->code);
    print_safe(err, finding->text);
    if (finding->suppressed) {
        (void)fputs(" Ignored because ", err);
        print_safe(err, finding->suppressed);
    } else if (finding->fix) {
        (void)fputs(" Instead: ", err);
        print_safe(err, finding->fix);
    }
    (void)fputc('\n', err);
    seeding->found = seeding->found || (!finding->suppressed && (int)finding->severity >= seeding->fail_on);
}

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
        print_finding(seeding, &seed->findings[i]);
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

/* The name that the profile is for: --container, or FOUND where that can be one. */
static int choose_name(struct seeding *seeding, const char *found, const char **ret_name)
{
    const char *given = cli_value(seeding->cli, CLI_OPTION_CONTAINER);
    *ret_name = given ? given : found;
    if (!armor_name_valid(armor_slice_of(*ret_name))) {
        return cli_refuse(seeding->cli, CLI_REFUSED, "Name it with --container NAME.",
                          "'%s' can't be a container's name.", *ret_name);
    }
    return CLI_DONE;
}

static int add_dockerfile(const char *file, struct armor_seed *seed, struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    const struct armor_dockerfile_options options = {.file = file};
    int code = project_read(file, ARMOR_SOURCE_MAX, &text, err);
    return code < 0
               ? code
               : armor_dockerfile_read((struct armor_slice){text.bytes, text.length}, &options, seed, err);
}

static int add_inspect(const char *file, struct armor_seed *seed, struct armor_text *name,
                       struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_REQUEST_MAX);
    int code = project_read(file, ARMOR_REQUEST_MAX, &text, err);
    return code < 0
               ? code
               : armor_inspect_read((struct armor_slice){text.bytes, text.length}, file, seed, name, err);
}

/* What isn't Compose, into SEED. NAME is set where the source has one. */
static int add_files(struct seeding *seeding, struct armor_seed *seed, struct armor_text *name)
{
    const char *dockerfile = cli_value(seeding->cli, CLI_OPTION_DOCKERFILE);
    const char *inspect = cli_value(seeding->cli, CLI_OPTION_INSPECT);
    struct armor_error err = {0};
    int code = dockerfile ? add_dockerfile(dockerfile, seed, &err) : 0;
    code = code == 0 && inspect ? add_inspect(inspect, seed, name, &err) : code;
    return code < 0 ? fail(seeding->cli, code, &err) : CLI_DONE;
}

/* One profile: SERVICE of the project, or NULL when there is none, with what the other files say. */
static int make_seed(struct seeding *seeding, const char *service)
{
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    const char *name = NULL;
    ARMOR_CLEANUP(armor_text_done) struct armor_text found = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    if (armor_seed_new(&seed) < 0) {
        return cli_refuse(seeding->cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    int code = service ? armor_compose_seed(seeding->compose, service, seed, &err) : 0;
    int exit = code < 0 ? fail(seeding->cli, code, &err) : add_files(seeding, seed, &found);
    if (exit == CLI_DONE) {
        exit = choose_name(seeding, service ? service : found.length ? found.bytes : "container", &name);
    }
    exit = exit != CLI_DONE ? exit : print_seed(seeding, seed, name);
    if (exit == CLI_DONE && service) {
        const char *given = cli_value(seeding->cli, CLI_OPTION_CONTAINER);
        seeding->overrides[seeding->override_count++] =
            (struct armor_override){service, given ? given : service};
    }
    armor_seed_free(seed);
    return exit;
}

static int make_services(struct seeding *seeding)
{
    const char *wanted = cli_value(seeding->cli, CLI_OPTION_SERVICE);
    bool single = cli_given(seeding->cli, CLI_OPTION_CONTAINER) ||
                  cli_given(seeding->cli, CLI_OPTION_INSPECT) ||
                  cli_given(seeding->cli, CLI_OPTION_DOCKERFILE);
    size_t active = 0;
    if (wanted) {
        return make_seed(seeding, wanted);
    }
    for (size_t i = 0; armor_compose_service(seeding->compose, i); i++) {
        active += armor_compose_active(seeding->compose, armor_compose_service(seeding->compose, i));
    }
    if (active == 0) {
        return cli_refuse(seeding->cli, CLI_REFUSED, "Name one with --service, or set COMPOSE_PROFILES.",
                          "No service is active without a profile.");
    }
    if (single && active > 1) {
        return cli_refuse(seeding->cli, CLI_USAGE, "Say with --service which one is meant.",
                          "There are %zu services, and --container, --dockerfile or --inspect speaks of one.",
                          active);
    }
    int exit = CLI_DONE;
    for (size_t i = 0; exit == CLI_DONE && armor_compose_service(seeding->compose, i); i++) {
        const char *service = armor_compose_service(seeding->compose, i);
        exit = armor_compose_active(seeding->compose, service) ? make_seed(seeding, service) : CLI_DONE;
    }
    return exit;
}

/* The override file is whole or as before. */
static int write_override(struct seeding *seeding, const char *path)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    char temporary[ARMOR_PATH_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (seeding->override_count == 0) {
        return cli_refuse(seeding->cli, CLI_USAGE, "Name the Compose file with --compose.",
                          "--write-override needs services.");
    }
    if (armor_override_render(seeding->overrides, seeding->override_count, &text) < 0 || length < 0 ||
        (size_t)length >= sizeof temporary) {
        return cli_refuse(seeding->cli, CLI_REFUSED, NULL, "%s: the path or the file is too long.", path);
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
        return cli_refuse(seeding->cli, CLI_REFUSED, NULL, "%s cannot be written: %s.", path,
                          strerror(problem));
    }
    return CLI_DONE;
}

static int run(struct seeding *seeding)
{
    struct cli *cli = seeding->cli;
    const char *override = cli_value(cli, CLI_OPTION_WRITE_OVERRIDE);
    size_t count = cli->value_count[CLI_OPTION_COMPOSE];
    struct project project = {.folder_fd = -1};
    struct armor_error err = {0};
    int exit = CLI_DONE;
    if (count > 0) {
        struct armor_compose_files files = {project_load, &project};
        const char *const *named = cli->values[CLI_OPTION_COMPOSE];
        int code = project_open(&project, named, count, &err);
        code = code < 0
                   ? code
                   : armor_compose_load(named, count, project.variables, &files, &seeding->compose, &err);
        exit = code < 0 ? fail(cli, code, &err) : make_services(seeding);
    } else {
        exit = make_seed(seeding, NULL);
    }
    if (exit == CLI_DONE && seeding->json) {
        json_auto_t *all = json_pack("{s:O}", "profiles", seeding->list);
        exit = all ? print_json(cli, all) : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    exit = exit == CLI_DONE && override ? write_override(seeding, override) : exit;
    armor_compose_free(seeding->compose);
    project_close(&project);
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
    if (!cli_given(cli, CLI_OPTION_COMPOSE) && !cli_given(cli, CLI_OPTION_INSPECT) &&
        !cli_given(cli, CLI_OPTION_DOCKERFILE)) {
        return cli_refuse(cli, CLI_USAGE, "See `armorctl seed --help`.",
                          "A seed of what? Name a --dockerfile, --compose or --inspect file.");
    }
    if (cli_given(cli, CLI_OPTION_SERVICE) && !cli_given(cli, CLI_OPTION_COMPOSE)) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--service is one of a --compose file.");
    }
    struct seeding *seeding = calloc(1, sizeof *seeding);
    if (!seeding) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    seeding->cli = cli;
    seeding->json = format ? strcmp(format, "json") == 0 : cli->json;
    seeding->mode = (enum armor_mode)mode_found;
    seeding->fail_on = fail_on;
    seeding->list = json_array();
    int code = run(seeding);
    code = code == CLI_DONE && seeding->found ? CLI_REFUSED : code;
    json_decref(seeding->list);
    free(seeding);
    return code;
}
