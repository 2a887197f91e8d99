/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armorctl learn: ask armord to learn containers, with what static analysis says of them, and say how to start them under their
 * profiles.
 */
#include "client.h"
#include "from_profile.h"
#include "print.h"
#include "sources.h"

static int ask(struct cli *cli, const char *name, const json_t *body, struct client_answer *ret_answer)
{
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/learn", name);
    return client_call(cli, "POST", path, body, ret_answer);
}

/* {"seed": ...}, without what is only for people; NULL: out of memory. */
static json_t *body_of(const struct seeded *item)
{
    json_t *seed = armor_seed_to_json(item->seed, armor_slice_of(item->name));
    if (seed) {
        (void)json_object_del(seed, "findings");
    }
    return json_pack("{s:o}", "seed", seed);
}

static void print_seeded(struct cli *cli, const struct seeded *item, bool fresh)
{
    size_t counts[ARMOR_SEED_GRANT_COUNT] = {0};
    for (size_t i = 0; i < item->seed->rule_count; i++) {
        counts[item->seed->rules[i].grant]++;
    }
    (void)fprintf(
        cli->out,
        fresh ? "Learning %s: the profile armord-%s is loaded in complain mode, so nothing is blocked.\n"
              : "Learning %s goes on: the profile armord-%s has this seed now in the place of its old one.\n",
        item->name, item->name);
    (void)fprintf(cli->out, "  seed      %zu rules granted, %zu expected, %zu denied once it is enforced\n",
                  counts[ARMOR_SEED_GRANTED], counts[ARMOR_SEED_EXPECTED], counts[ARMOR_SEED_DENIED]);
    if (item->replicas > 1) {
        (void)fprintf(cli->out,
                      "  replicas  %u containers run under this one profile: what any of them does is "
                      "learned for all\n",
                      item->replicas);
    }
}

static void print_compose_up(struct cli *cli)
{
    const char *override = cli_value(cli, CLI_OPTION_WRITE_OVERRIDE);
    (void)fputs("    docker compose", cli->out);
    for (size_t i = 0; i < cli->value_count[CLI_OPTION_COMPOSE]; i++) {
        (void)fputs(" -f ", cli->out);
        print_word(cli->out, cli->values[CLI_OPTION_COMPOSE][i]);
    }
    if (override) {
        (void)fputs(" -f ", cli->out);
        print_word(cli->out, override);
    }
    (void)fputs(" up -d\n", cli->out);
}

static void print_options_of(struct cli *cli, const struct sources *sources)
{
    (void)fputs("    services:\n", cli->out);
    for (size_t i = 0; i < sources->count; i++) {
        (void)fprintf(cli->out,
                      "      %s:\n"
                      "        security_opt:\n"
                      "          - apparmor=armord-%s\n",
                      sources->items[i].service, sources->items[i].name);
    }
}

static void print_start(struct cli *cli, const struct sources *sources)
{
    const char *name = sources->items[0].name;
    FILE *out = cli->out;
    if (!sources->compose) {
        (void)fprintf(out,
                      "\nStart the container under it:\n\n"
                      "    docker run --security-opt apparmor=armord-%s ...\n",
                      name);
        if (!sources->items[0].seed) {
            (void)fprintf(out,
                          "\nor in the compose file, then `docker compose up -d`:\n\n"
                          "    services:\n"
                          "      %s:\n"
                          "        security_opt:\n"
                          "          - apparmor=armord-%s\n",
                          name, name);
        }
    } else if (cli_given(cli, CLI_OPTION_WRITE_OVERRIDE)) {
        (void)fprintf(out, "\nStart the service%s under the profile%s:\n\n", sources->count > 1 ? "s" : "",
                      sources->count > 1 ? "s" : "");
        print_compose_up(cli);
    } else {
        (void)fputs("\nAdd to the compose file (or have --write-override FILE do it):\n\n", out);
        print_options_of(cli, sources);
        (void)fputs("\nand then\n\n", out);
        print_compose_up(cli);
    }
    (void)fputs(
        "\nA container that runs already has to be made anew: a profile holds from a process's start. Let it "
        "do all\n"
        "that it will ever do, one restart included. Then:\n\n",
        out);
    for (size_t i = 0; i < sources->count; i++) {
        (void)fprintf(out, "    armorctl status %s\n    armorctl enforce %s\n", sources->items[i].name,
                      sources->items[i].name);
    }
}

/* How many findings there are, and the worst one: all would bury what to do next. */
static void print_findings(struct cli *cli, const struct sources *sources)
{
    size_t count = 0;
    const struct armor_finding *worst = sources_worst(sources, &count);
    if (!worst) {
        return;
    }
    (void)
        fprintf(cli->err,
                "%zu finding%s of static analysis, `armorctl seed` with the same sources prints all. %s\n  ",
                count, count > 1 ? "s" : "", count > 1 ? "The worst:" : "It is:");
    sources_print_finding(cli->err, worst);
}

/* A name, with a profile's RULES, or alone, and then nothing is known before the container has run. */
static int learn_name(struct cli *cli, const char *name, json_t *rules)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    json_auto_t *body = rules ? json_pack("{s:O}", "rules", rules) : json_object();
    struct seeded item = {0};
    const struct sources sources = {.items = &item, .count = 1};
    int code = ask(cli, name, body, &answer);
    if (code != CLI_DONE || cli->json) {
        return code != CLI_DONE ? code : print_json(cli, answer.json);
    }
    (void)snprintf(item.name, sizeof item.name, "%s", name);
    (void)fprintf(cli->out,
                  "Learning %s: the profile armord-%s is loaded in complain mode, so nothing is blocked.\n",
                  name, name);
    if (rules) {
        (void)fprintf(cli->out, "  profile   %zu rules of %s are taken over; learning adds to them\n",
                      json_array_size(rules), cli_value(cli, CLI_OPTION_FROM_PROFILE));
    }
    print_start(cli, &sources);
    return CLI_DONE;
}

static int learn_profile(struct cli *cli, const char *name)
{
    ARMOR_CLEANUP(from_profile_done) struct from_profile profile = {0};
    if (!name || sources_given(cli)) {
        return cli_refuse(cli, CLI_USAGE,
                          "Learn from the sources, then `armorctl accept NAME --from-profile FILE`.",
                          "--from-profile goes with a container's name, and without sources.");
    }
    int code = from_profile_read(cli, name, &profile);
    return code == CLI_DONE ? learn_name(cli, name, profile.rules) : code;
}

/* Each container in turn; the first that fails ends it, and those before it learn. */
static int learn_all(struct cli *cli, const struct sources *sources, json_t *list)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct seeded *item = &sources->items[i];
        ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
        json_auto_t *body = body_of(item);
        if (!body) {
            return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
        }
        int code = ask(cli, item->name, body, &answer);
        if (code != CLI_DONE) {
            return sources->count == 1
                       ? code
                       : cli_refuse(cli, code, "The same command goes on where it was, when that is mended.",
                                    "%s could not be learned; of %zu containers %zu are learning.",
                                    item->name, sources->count, i);
        }
        if (cli->json && json_array_append(list, answer.json) < 0) {
            return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
        }
        if (!cli->json) {
            print_seeded(cli, item, answer.status == 201);
        }
    }
    return CLI_DONE;
}

static int learn_sources(struct cli *cli, const char *name)
{
    ARMOR_CLEANUP(sources_done) struct sources sources = {.project = {.folder_fd = -1}};
    json_auto_t *list = json_array();
    int code = sources_read(cli, name, SOURCES_PREFIX, &sources);
    code = code == CLI_DONE ? override_check(cli) : code;
    code = code == CLI_DONE ? learn_all(cli, &sources, list) : code;
    code = code == CLI_DONE ? override_write(cli, &sources) : code;
    if (code != CLI_DONE) {
        return code;
    }
    print_findings(cli, &sources);
    if (cli->json) {
        json_auto_t *all = json_pack("{s:O}", "containers", list);
        return all ? print_json(cli, all) : cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    print_start(cli, &sources);
    return CLI_DONE;
}

int verb_learn(struct cli *cli)
{
    const char *name = cli_argument(cli, 0);
    if (cli_given(cli, CLI_OPTION_FROM_PROFILE)) {
        return learn_profile(cli, name);
    }
    if (sources_given(cli)) {
        return learn_sources(cli, name);
    }
    if (cli_given(cli, CLI_OPTION_SERVICE) || cli_given(cli, CLI_OPTION_WRITE_OVERRIDE)) {
        return cli_refuse(cli, CLI_USAGE, "Name the Compose file with --compose.",
                          "--service and --write-override need a --compose file.");
    }
    return name ? learn_name(cli, name, NULL)
                : cli_refuse(cli, CLI_USAGE, "See `armorctl learn --help`.",
                             "Learn what? Give a name, or a --compose file.");
}
