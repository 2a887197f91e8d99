/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every verb of armorctl is given, and the tables that the command line is read by.
 *
 * An option means the same wherever it is taken, so there is one table of them; a verb names the ones that it
 * takes. Usage, help, completion and the checks of the manual page all come from these two tables.
 */
#pragma once

#include "armor/base.h"
#include "armor/error.h"

#include <stdio.h>

/* Exit codes; scripts rely on them. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_REFUSED = 1,     /* refused, or something was found */
    CLI_USAGE = 2,       /* the command line can't be */
    CLI_UNREACHABLE = 3, /* armord doesn't answer */
    CLI_FORBIDDEN = 4,   /* the user may not */
};

enum cli_option {
    CLI_OPTION_JSON = 0,
    CLI_OPTION_SOCKET,
    CLI_OPTION_HELP,
    CLI_OPTION_VERSION,
    CLI_OPTION_WATCH,
    CLI_OPTION_FOLLOW,
    CLI_OPTION_MODE,
    CLI_OPTION_OVERRIDE,
    CLI_OPTION_CONTAINER,
    CLI_OPTION_LITERAL,
    CLI_OPTION_WITHOUT,
    CLI_OPTION_FORMAT,
    CLI_OPTION_JOBS,
    CLI_OPTION_COMPOSE,
    CLI_OPTION_SERVICE,
    CLI_OPTION_DOCKERFILE,
    CLI_OPTION_INSPECT,
    CLI_OPTION_RUNTIME_SOCKET,
    CLI_OPTION_INCLUDE,
    CLI_OPTION_FAIL_ON,
    CLI_OPTION_WRITE_OVERRIDE,
    CLI_OPTION_REASON,
    CLI_OPTION_DENIAL,
    CLI_OPTION_ALL_DENIALS,
    CLI_OPTION_DRY_RUN,
    CLI_OPTION_WATCH_FOR,
    CLI_OPTION_ACCESS,
    CLI_OPTION_FROM_PROFILE,
    CLI_OPTION_EXPLAIN,
    CLI_OPTION_REPAIR,
    CLI_OPTION_RUN,
    CLI_OPTION_REVISIONS,
    CLI_OPTION_COUNT,
};

enum {
    CLI_REPEAT_MAX = 16,        /* times that one option may be repeated */
    CLI_OPTIONS_EVERYWHERE = 4, /* the first so many options are taken by every verb */
};

_Static_assert(CLI_OPTION_COUNT <= 64, "cli_verb.options has a bit for each");

struct cli_option_spec {
    const char *name;     /* "override", without dashes */
    const char *argument; /* what it takes, as usage shows it; NULL: nothing */
    bool repeats;         /* may be given several times; otherwise a second one is refused */
    const char *help;     /* one line */
};

struct cli;

struct cli_verb {
    const char *name;
    const char *arguments; /* as usage shows them: "NAME", "[FILE...|-]"; "" for none */
    int min, max;          /* how many of them; max -1: any number */
    bool named;            /* the first argument is a container's name */
    uint64_t options;      /* bit 1 << enum cli_option for each that it takes beyond the ones everywhere */
    int (*run)(struct cli *cli); /* returns enum cli_exit */
    const char *help;            /* one line */
};

/* One run of the program. */
struct cli {
    const struct cli_verb *verb;
    char **arguments; /* after options were taken out; argument_count of them; of argv */
    int argument_count;
    const char
        *values[CLI_OPTION_COUNT][CLI_REPEAT_MAX]; /* of options as given; "" for those that take nothing */
    size_t value_count[CLI_OPTION_COUNT];
    FILE *out;   /* results */
    FILE *err;   /* refusals, counts, advice */
    bool json;   /* --json */
    bool colour; /* out is a terminal and NO_COLOR isn't set */
};

/* The tables; sorted as help shows them. */
const struct cli_verb *cli_verbs(size_t *ret_count);
const struct cli_option_spec *cli_option_specs(void);

/* The one value of OPTION, or NULL when it wasn't given. */
static inline const char *cli_value(const struct cli *cli, enum cli_option option)
{
    return cli->value_count[option] ? cli->values[option][0] : NULL;
}

/* The whole number that TEXT is, from 1; 0: it isn't one. */
int64_t cli_number(const char *text);

static inline bool cli_given(const struct cli *cli, enum cli_option option)
{
    return cli->value_count[option] > 0;
}

/* Argument INDEX, or NULL when there are not so many. */
static inline const char *cli_argument(const struct cli *cli, int index)
{
    return index < cli->argument_count ? cli->arguments[index] : NULL;
}

/*
 * Read argv by the tables into CLI, out, err and colour of which are set. Returns CLI_DONE, or CLI_USAGE
 * after saying why.
 */
int cli_read(struct cli *cli, int argc, char **argv);

/* `armorctl help [VERB]`, also `--help`: usage from the tables; with --json the tables themselves. */
int cli_help(struct cli *cli);

/* Say "armorctl: ..." on err; then ADVICE on a line of its own, unless it is NULL or "". Returns CODE. */
int cli_refuse(struct cli *cli, int code, const char *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The functions of the verbs, one file for each group. */
int verb_learn(struct cli *cli);
int verb_status(struct cli *cli);
int verb_show(struct cli *cli);
int verb_rules(struct cli *cli);
int verb_enforce(struct cli *cli);
int verb_complain(struct cli *cli);
int verb_forget(struct cli *cli);
int verb_accept(struct cli *cli);
int verb_deny(struct cli *cli);
int verb_revisions(struct cli *cli);
int verb_rollback(struct cli *cli);
int verb_denials(struct cli *cli);
int verb_events(struct cli *cli);
int verb_doctor(struct cli *cli);
int verb_export(struct cli *cli);
int verb_parse(struct cli *cli);
int verb_replay(struct cli *cli);
int verb_check(struct cli *cli);
int verb_diff(struct cli *cli);
int verb_explain(struct cli *cli);
int verb_seed(struct cli *cli);
int verb_starts(struct cli *cli);
int verb_keep(struct cli *cli);
int verb_settings(struct cli *cli);
