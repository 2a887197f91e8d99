/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of an AppArmor profile, for armord to take over. See from_profile.h. */
#include "from_profile.h"

#include "client.h"
#include "print.h"
#include "profile_text.h"

#include "armor/diff.h"
#include "armor/label.h"
#include "armor/stated.h"

#include <stdlib.h>
#include <sys/random.h>

/* One line for each rule that stays behind, or is taken otherwise: where it stands, and why. */
static void tell_clause(const struct armor_clause *clause, bool taken, const char *why, void *userdata)
{
    FILE *err = ((struct cli *)userdata)->err;
    const char *what = taken                               ? "taken otherwise"
                       : clause->flags & ARMOR_CLAUSE_DENY ? "left out, so nothing is denied by it"
                                                           : "left out";
    (void)fputs("armorctl: ", err);
    print_safe(err, clause->source);
    (void)fprintf(err, ":%zu:%zu: %s: `", clause->line, clause->column, what);
    print_safe(err, clause->text);
    (void)fprintf(err, "`: %s.\n", why);
}

/* What of READING isn't SECTION: hats and children of it, and what it is attached to. */
static void tell_sections(struct cli *cli, const struct armor_reading *reading,
                          const struct armor_section *section)
{
    for (size_t i = 0; i < reading->section_count; i++) {
        const struct armor_section *other = &reading->sections[i];
        if (other == section) {
            continue;
        }
        (void)fputs("armorctl: ", cli->err);
        print_safe(cli->err, other->source);
        (void)fprintf(cli->err, ":%zu: left out: the %s ", other->line,
                      other->hat                  ? "hat"
                      : other->parent == SIZE_MAX ? "profile"
                                                  : "child profile");
        print_safe(cli->err, other->name);
        (void)fputs(": a container has one profile.\n", cli->err);
    }
}

/* The flags of SECTION that make a difference and that a container's profile doesn't take over. */
static void tell_flags(struct cli *cli, const struct armor_section *section)
{
    static const char *const same[] = {"attach_disconnected", "mediate_deleted", "complain", "enforce"};
    const char *at = section->flags ? section->flags : "";
    while (*(at += strspn(at, ", \t\n"))) {
        size_t length = strcspn(at, ", \t\n");
        bool known = false;
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
            known = known || armor_slice_is((struct armor_slice){at, length}, same[i]);
        }
        if (!known) {
            (void)fputs("armorctl: ", cli->err);
            print_safe(cli->err, section->source);
            (void)fprintf(cli->err,
                          ":%zu: left out: the flag %.*s: a container's profile has flags of its own.\n",
                          section->line, (int)length, at);
        }
        at += length;
    }
}

/* The section that NAME is to take over: its own, or the only one. NULL after saying why there is none. */
static const struct armor_section *pick(struct cli *cli, const char *name,
                                        const struct armor_reading *reading)
{
    char label[sizeof ARMOR_PROFILE_PREFIX + ARMOR_NAME_MAX];
    (void)snprintf(label, sizeof label, ARMOR_PROFILE_PREFIX "%s", name);
    const struct armor_section *section = armor_reading_section(reading, label);
    section = section ? section : armor_reading_section(reading, NULL);
    if (!section) {
        (void)cli_refuse(cli, CLI_REFUSED, NULL, "%s has no profile %s, and not just one.",
                         cli_value(cli, CLI_OPTION_FROM_PROFILE), label);
    }
    return section;
}

/* SECTION's rules as armord takes them, in RET_PROFILE. Returns CLI_DONE, or CLI_REFUSED after saying why. */
static int state(struct cli *cli, const char *name, struct from_profile *profile)
{
    struct armor_profile *stated = NULL;
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "The kernel gives no random numbers.");
    }
    int code = armor_profile_new(armor_slice_of(name), seed, &stated);
    code = code < 0 ? code : armor_stated_take(stated, profile->section, tell_clause, cli);
    profile->rules = code < 0 ? NULL : armor_stated_to_json(stated);
    armor_profile_free(stated);
    if (!profile->rules) {
        return cli_refuse(cli, CLI_REFUSED, NULL,
                          "The profile's rules can't be kept: there are too many, or there is no memory.");
    }
    tell_flags(cli, profile->section);
    tell_sections(cli, profile->reading, profile->section);
    if (json_array_size(profile->rules) == 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL,
                          "%s has no rule that a container's profile could take over.",
                          cli_value(cli, CLI_OPTION_FROM_PROFILE));
    }
    return CLI_DONE;
}

int from_profile_read(struct cli *cli, const char *name, struct from_profile *ret_profile)
{
    struct from_profile profile = {0};
    int code = profile_text_read(cli, cli_value(cli, CLI_OPTION_FROM_PROFILE), &profile.reading);
    profile.section = code == CLI_DONE ? pick(cli, name, profile.reading) : NULL;
    code = profile.section ? state(cli, name, &profile) : CLI_REFUSED;
    if (code != CLI_DONE) {
        from_profile_done(&profile);
        return code;
    }
    *ret_profile = profile;
    return CLI_DONE;
}

/* Say which rules of LIST, differences to the file, are more than it has. */
static void print_more(struct cli *cli, const char *name, const struct armor_difference *list, size_t count)
{
    size_t more = 0;
    for (size_t i = 0; i < count; i++) {
        const struct armor_clause *from = list[i].from;
        bool less = list[i].change == ARMOR_CHANGE_REMOVED || list[i].change == ARMOR_CHANGE_NARROWED;
        if (!less || (from->flags & ARMOR_CLAUSE_DENY)) {
            continue;
        }
        (void)fprintf(cli->out,
                      more++ ? "  "
                             : "Beyond it %s is allowed what it was seen to do, or was granted before:\n  ",
                      name);
        print_safe(cli->out, from->text);
        (void)fputc('\n', cli->out);
    }
    if (more > 0) {
        (void)fprintf(cli->out, "What is too much: armorctl deny %s 'RULE'.\n", name);
    }
}

int from_profile_print_rest(struct cli *cli, const char *name, const struct from_profile *profile)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    struct armor_reading *now = NULL;
    struct armor_difference *list = NULL;
    size_t count = 0;
    char path[160];
    (void)snprintf(path, sizeof path, "/v1/containers/%s/profile?mode=enforced", name);
    int code = client_call(cli, "GET", path, NULL, &answer);
    if (code != CLI_DONE) {
        return code;
    }
    struct armor_error err = {0};
    if (armor_read(armor_slice_of(answer.text), "armord's answer", NULL, 1, &now, &err) < 0 ||
        !armor_reading_section(now, NULL) ||
        armor_diff(armor_reading_section(now, NULL), profile->section, &list, &count) < 0) {
        code = cli_refuse(cli, CLI_REFUSED, NULL, "The profile as it is now can't be compared: %s.",
                          err.code ? err.text : "out of memory");
    } else {
        print_more(cli, name, list, count);
    }
    free(list);
    armor_reading_free(now);
    return code;
}

void from_profile_done(struct from_profile *profile)
{
    json_decref(profile->rules);
    armor_reading_free(profile->reading);
    *profile = (struct from_profile){0};
}
