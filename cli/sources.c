/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the options that name sources to seeds with names. See sources.h. */
#include "sources.h"

#include "print.h"
#include "runtime.h"

#include "armor/dockerfile.h"
#include "armor/inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct naming {
    const char *name; /* NULL: none was given */
    bool prefix;      /* it goes before each service's own */
};

static int fail(struct cli *cli, int code, const struct armor_error *err)
{
    char buffer[600];
    if (!err->code) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", code == -ENOMEM ? "Out of memory" : strerror(-code));
    }
    return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", armor_error_format(err, buffer, sizeof buffer));
}

bool sources_given(const struct cli *cli)
{
    return cli_given(cli, CLI_OPTION_COMPOSE) || cli_given(cli, CLI_OPTION_INSPECT) ||
           cli_given(cli, CLI_OPTION_DOCKERFILE);
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

/* WHAT is a file that is there, standard input, or else what the engine has of that name. */
static int add_inspect(const struct cli *cli, const char *what, struct armor_seed *seed,
                       struct armor_text *name, struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_REQUEST_MAX);
    char source[600];
    bool file = strcmp(what, "-") == 0 || access(what, F_OK) == 0;
    bool image = false;
    int code = file ? project_read(what, ARMOR_REQUEST_MAX, &text, err)
                    : runtime_inspect(cli, what, ARMOR_REQUEST_MAX, &text, &image, err);
    (void)snprintf(source, sizeof source, "%s%.500s", file ? "" : image ? "image " : "container ", what);
    return code < 0 ? code
                    : armor_inspect_read((struct armor_slice){text.bytes, text.length}, file ? what : source,
                                         seed, name, err);
}

/* What isn't Compose, into SEED. NAME is set where the source has one. */
static int add_files(struct cli *cli, struct armor_seed *seed, struct armor_text *name)
{
    const char *dockerfile = cli_value(cli, CLI_OPTION_DOCKERFILE);
    const char *inspect = cli_value(cli, CLI_OPTION_INSPECT);
    struct armor_error err = {0};
    int code = dockerfile ? add_dockerfile(dockerfile, seed, &err) : 0;
    code = code == 0 && inspect ? add_inspect(cli, inspect, seed, name, &err) : code;
    return code < 0 ? fail(cli, code, &err) : CLI_DONE;
}

/* The container's name for ITEM; FOUND is what the sources themselves say, "" for nothing. */
static int choose_name(struct cli *cli, const struct naming *naming, const char *found, struct seeded *item)
{
    char name[2 * ARMOR_PATH_MAX];
    const char *own = found[0] || cli->verb->named ? found : "container";
    if (!naming->name && !own[0]) {
        return cli_refuse(cli, CLI_USAGE, "Give a name: armorctl learn NAME ...",
                          "The container's name isn't in what it is to be learned from.");
    }
    (void)snprintf(name, sizeof name, "%s%s%s", naming->name ? naming->name : "", naming->prefix ? "-" : "",
                   !naming->name || naming->prefix ? own : "");
    if (!armor_name_valid(armor_slice_of(name))) {
        return cli_refuse(cli, CLI_REFUSED,
                          cli->verb->named ? "Give a name: armorctl learn NAME ..."
                                           : "Name it with --container NAME.",
                          "'%s' can't be a container's name.", name);
    }
    memcpy(item->name, name, strlen(name) + 1);
    return CLI_DONE;
}

/* Two containers of one name would share a profile that neither needs. */
static int refuse_twin(struct cli *cli, const struct sources *sources, const struct seeded *item)
{
    for (const struct seeded *other = sources->items; other < item; other++) {
        if (strcmp(other->name, item->name) == 0) {
            return cli_refuse(cli, CLI_REFUSED, "Give one of them another container_name.",
                              "The services %s and %s are both called %s.", other->service, item->service,
                              item->name);
        }
    }
    return CLI_DONE;
}

/* One container: SERVICE of the project, or NULL when there is none, with what the other files say. */
static int add_one(struct cli *cli, const char *service, const struct naming *naming, struct sources *sources)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text found = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    struct armor_error err = {0};
    struct seeded *grown = reallocarray(sources->items, sources->count + 1, sizeof *grown);
    if (!grown) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    sources->items = grown;
    struct seeded *item = &grown[sources->count];
    *item = (struct seeded){.service = service, .replicas = 1};
    if (armor_seed_new(&item->seed) < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    sources->count++;
    int code = service ? armor_compose_seed(sources->compose, service, item->seed, &err) : 0;
    int exit = code < 0 ? fail(cli, code, &err) : add_files(cli, item->seed, &found);
    if (exit != CLI_DONE) {
        return exit;
    }
    const char *own = found.length ? found.bytes : "";
    if (service) {
        const char *given = armor_compose_container_name(sources->compose, service);
        item->replicas = armor_compose_replicas(sources->compose, service);
        own = given ? given : service;
    }
    exit = choose_name(cli, naming, own, item);
    return exit == CLI_DONE ? refuse_twin(cli, sources, item) : exit;
}

static int add_services(struct cli *cli, const char *name, enum sources_naming naming,
                        struct sources *sources)
{
    const struct armor_compose *compose = sources->compose;
    const char *wanted = cli_value(cli, CLI_OPTION_SERVICE);
    bool files = cli_given(cli, CLI_OPTION_INSPECT) || cli_given(cli, CLI_OPTION_DOCKERFILE);
    size_t active = 0;
    if (wanted) {
        return add_one(cli, wanted, &(struct naming){name, false}, sources);
    }
    for (size_t i = 0; armor_compose_service(compose, i); i++) {
        active += armor_compose_active(compose, armor_compose_service(compose, i));
    }
    if (active == 0) {
        return cli_refuse(cli, CLI_REFUSED, "Name one with --service, or set COMPOSE_PROFILES.",
                          "No service is active without a profile.");
    }
    if (active > 1 && (files || (name && naming == SOURCES_ONE_NAME))) {
        return cli_refuse(cli, CLI_USAGE, "Say with --service which one is meant.",
                          "There are %zu services, and %s speaks of one.", active,
                          files ? "--dockerfile or --inspect" : "--container");
    }
    const struct naming names = {name, name && active > 1};
    int exit = CLI_DONE;
    for (size_t i = 0; exit == CLI_DONE && armor_compose_service(compose, i); i++) {
        const char *service = armor_compose_service(compose, i);
        exit = armor_compose_active(compose, service) ? add_one(cli, service, &names, sources) : CLI_DONE;
    }
    return exit;
}

int sources_read(struct cli *cli, const char *name, enum sources_naming naming, struct sources *ret_sources)
{
    size_t count = cli->value_count[CLI_OPTION_COMPOSE];
    const char *const *named = cli->values[CLI_OPTION_COMPOSE];
    struct armor_error err = {0};
    *ret_sources = (struct sources){.project = {.folder_fd = -1}};
    if (cli_given(cli, CLI_OPTION_SERVICE) && count == 0) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--service is one of a --compose file.");
    }
    if (cli_given(cli, CLI_OPTION_WRITE_OVERRIDE) && count == 0) {
        return cli_refuse(cli, CLI_USAGE, "Name the Compose file with --compose.",
                          "--write-override needs services.");
    }
    if (count == 0) {
        return add_one(cli, NULL, &(struct naming){name, false}, ret_sources);
    }
    int code = project_open(&ret_sources->project, named, count, &err);
    struct armor_compose_files files = {project_load, &ret_sources->project};
    code = code < 0 ? code
                    : armor_compose_load(named, count, ret_sources->project.variables, &files,
                                         &ret_sources->compose, &err);
    return code < 0 ? fail(cli, code, &err) : add_services(cli, name, naming, ret_sources);
}

const struct armor_finding *sources_worst(const struct sources *sources, size_t *ret_count)
{
    const struct armor_finding *worst = NULL;
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++) {
        const struct armor_seed *seed = sources->items[i].seed;
        for (size_t j = 0; j < seed->finding_count; j++) {
            const struct armor_finding *finding = &seed->findings[j];
            count += !finding->suppressed;
            if (!finding->suppressed && (!worst || finding->severity > worst->severity)) {
                worst = finding;
            }
        }
    }
    *ret_count = count;
    return worst;
}

void sources_print_finding(FILE *out, const struct armor_finding *finding)
{
    const struct armor_seed_source *source = &finding->source;
    print_safe(out, source->file ? source->file : "standard input");
    if (source->line) {
        (void)fprintf(out, ":%zu", source->line);
    }
    if (source->pointer) {
        (void)fputc('#', out);
        print_safe(out, source->pointer);
    }
    (void)fprintf(out, ": %s: %s: ", finding->suppressed ? "ignored" : armor_severity_name(finding->severity),
                  finding->code);
    print_safe(out, finding->text);
    if (finding->suppressed) {
        (void)fputs(" Ignored because ", out);
        print_safe(out, finding->suppressed);
    } else if (finding->fix) {
        (void)fputs(" Instead: ", out);
        print_safe(out, finding->fix);
    }
    (void)fputc('\n', out);
}

void sources_done(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        armor_seed_free(sources->items[i].seed);
    }
    free(sources->items);
    armor_compose_free(sources->compose);
    project_close(&sources->project);
    *sources = (struct sources){.project = {.folder_fd = -1}};
}
