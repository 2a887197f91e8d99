/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From argv to struct cli, and from the tables to help. See cli.h. */
#include "cli.h"

#include "armor/label.h"

#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

enum { HELP_COLUMN = 23 }; /* where what a verb does begins */

int cli_refuse(struct cli *cli, int code, const char *advice, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("armorctl: ", cli->err);
    (void)vfprintf(cli->err, format, args);
    (void)fputc('\n', cli->err);
    va_end(args);
    if (advice && advice[0]) {
        (void)fprintf(cli->err, "%s\n", advice);
    }
    return code;
}

int64_t cli_number(const char *text)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && !*end && number > 0 ? number : 0;
}

static const struct cli_verb *find_verb(const char *name)
{
    size_t count = 0;
    const struct cli_verb *verbs = cli_verbs(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

/* The mask of options that VERB takes; NULL: before any verb. */
static uint64_t options_of(const struct cli_verb *verb)
{
    return ((UINT64_C(1) << CLI_OPTIONS_EVERYWHERE) - 1) | (verb ? verb->options : 0);
}

static int take_option(struct cli *cli, enum cli_option option, const char *value)
{
    const struct cli_option_spec *spec = &cli_option_specs()[option];
    size_t most = spec->repeats ? CLI_REPEAT_MAX : 1;
    if (cli->value_count[option] == most) {
        return cli_refuse(cli, CLI_USAGE, NULL, "--%s is given more than %zu time%s.", spec->name, most,
                          most == 1 ? "" : "s");
    }
    cli->values[option][cli->value_count[option]++] = value ? value : "";
    return CLI_DONE;
}

/*
 * Take the options at the start of ARGV (with verb NULL) or anywhere in it. *RET_INDEX: where the rest
 * begins.
 */
static int read_options(struct cli *cli, int argc, char **argv, int *ret_index)
{
    const struct cli_option_spec *specs = cli_option_specs();
    struct option longs[CLI_OPTION_COUNT + 1] = {0};
    size_t count = 0;
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (options_of(cli->verb) & (UINT64_C(1) << i)) {
            longs[count++] =
                (struct option){specs[i].name, specs[i].argument ? required_argument : no_argument, NULL,
                                i + 1};
        }
    }
    opterr = 0;
    optind = 0; /* glibc: begin anew, with the order that the first letter of the next argument asks for */
    const char *order = cli->verb ? ":h" : "+:h";
    for (;;) {
        int found = getopt_long(argc, argv, order, longs, NULL);
        if (found < 0) {
            break;
        }
        const char *advice = cli->verb ? "See `armorctl VERB --help`." : "See `armorctl help`.";
        if (found == ':') {
            return cli_refuse(cli, CLI_USAGE, advice, "%s needs a value.", argv[optind - 1]);
        }
        if (found == '?') {
            return cli_refuse(cli, CLI_USAGE, advice, "%s takes no such option: %s.",
                              cli->verb ? cli->verb->name : "armorctl", argv[optind > 1 ? optind - 1 : 1]);
        }
        enum cli_option option = found == 'h' ? CLI_OPTION_HELP : (enum cli_option)(found - 1);
        int code = take_option(cli, option, optarg);
        if (code != CLI_DONE) {
            return code;
        }
    }
    *ret_index = optind;
    return CLI_DONE;
}

static int check_arguments(struct cli *cli)
{
    const struct cli_verb *verb = cli->verb;
    if (cli->argument_count < verb->min || (verb->max >= 0 && cli->argument_count > verb->max)) {
        return cli_refuse(cli, CLI_USAGE, NULL, "Usage: armorctl %s %s", verb->name, verb->arguments);
    }
    const char *name = verb->named ? cli_argument(cli, 0) : cli_value(cli, CLI_OPTION_CONTAINER);
    if (name && !armor_name_valid(armor_slice_of(name))) {
        return cli_refuse(
            cli, CLI_USAGE,
            "A name has 1 to 64 of a-z A-Z 0-9 _ . - and begins with a letter or digit, as Docker has it.",
            "This can't be a container's name: '%s'.", name);
    }
    return CLI_DONE;
}

int cli_read(struct cli *cli, int argc, char **argv)
{
    int index = 0;
    int code = read_options(cli, argc, argv, &index);
    if (code != CLI_DONE) {
        return code;
    }
    cli->json = cli_given(cli, CLI_OPTION_JSON);
    if (cli_given(cli, CLI_OPTION_HELP) || cli_given(cli, CLI_OPTION_VERSION)) {
        return CLI_DONE;
    }
    if (index == argc) {
        return cli_refuse(cli, CLI_USAGE, "See `armorctl help`.",
                          "Which verb? Usage: armorctl VERB [ARGUMENT]...");
    }
    cli->verb = find_verb(argv[index]);
    if (!cli->verb) {
        return cli_refuse(cli, CLI_USAGE, "`armorctl help` lists the verbs.", "There is no verb '%s'.",
                          argv[index]);
    }
    int rest = 0;
    code = read_options(cli, argc - index, argv + index, &rest);
    if (code != CLI_DONE) {
        return code;
    }
    cli->json = cli_given(cli, CLI_OPTION_JSON);
    cli->arguments = argv + index + rest;
    cli->argument_count = argc - index - rest;
    bool asks = cli_given(cli, CLI_OPTION_HELP) || cli_given(cli, CLI_OPTION_VERSION);
    return asks ? CLI_DONE : check_arguments(cli);
}

static void print_options(FILE *out, uint64_t mask)
{
    const struct cli_option_spec *specs = cli_option_specs();
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (mask & (UINT64_C(1) << i)) {
            char left[64];
            (void)snprintf(left, sizeof left, "--%s%s%s", specs[i].name, specs[i].argument ? " " : "",
                           specs[i].argument ? specs[i].argument : "");
            (void)fprintf(out, "  %-28s %s%s\n", left, specs[i].help,
                          specs[i].repeats ? " (may be repeated)" : "");
        }
    }
}

static json_t *option_names(uint64_t mask)
{
    json_t *names = json_array();
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (mask & (UINT64_C(1) << i)) {
            (void)json_array_append_new(names, json_string(cli_option_specs()[i].name));
        }
    }
    return names;
}

/* The tables as JSON: what completions and the manual page are checked against. */
static int print_tables(struct cli *cli)
{
    size_t count = 0;
    const struct cli_verb *verbs = cli_verbs(&count);
    json_auto_t *all = json_object();
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s}", "name", verbs[i].name,
                                                    "arguments", verbs[i].arguments, "options",
                                                    option_names(verbs[i].options), "help", verbs[i].help));
    }
    (void)json_object_set_new(all, "verbs", list);
    (void)json_object_set_new(all, "options", option_names(options_of(NULL)));
    if (json_dumpf(all, cli->out, JSON_INDENT(2)) != 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    (void)fputc('\n', cli->out);
    return CLI_DONE;
}

int cli_help(struct cli *cli)
{
    if (cli->json) {
        return print_tables(cli);
    }
    const struct cli_verb *verb = cli->verb;
    if (verb && verb->run == cli_help) {
        const char *name = cli_argument(cli, 0);
        verb = name ? find_verb(name) : NULL;
        if (name && !verb) {
            return cli_refuse(cli, CLI_USAGE, "`armorctl help` lists the verbs.", "There is no verb '%s'.",
                              name);
        }
    }
    FILE *out = cli->out;
    if (verb) {
        (void)fprintf(out, "Usage: armorctl %s [OPTION]... %s\n\nTo %s.\n\n", verb->name, verb->arguments,
                      verb->help);
        print_options(out, options_of(verb));
        return CLI_DONE;
    }
    (void)fputs(
        "Usage: armorctl VERB [OPTION]... [ARGUMENT]...\n\nLearns least-privilege AppArmor profiles for "
        "containers. Verbs:\n\n",
        out);
    size_t count = 0;
    const struct cli_verb *verbs = cli_verbs(&count);
    for (size_t i = 0; i < count; i++) {
        char left[48];
        int width = snprintf(left, sizeof left, "%s %s", verbs[i].name, verbs[i].arguments);
        (void)fprintf(out, "  %-*s%s%*s%s\n", HELP_COLUMN - 3, left, width < HELP_COLUMN - 3 ? " " : "\n",
                      width < HELP_COLUMN - 3 ? 0 : HELP_COLUMN, "", verbs[i].help);
    }
    (void)fputs("\nOptions of every verb:\n\n", out);
    print_options(out, options_of(NULL));
    (void)fputs(
        "\nExit codes: 0 done; 1 refused, or something was found; 2 usage; 3 armord not reachable; 4 not "
        "permitted.\n",
        out);
    return CLI_DONE;
}
