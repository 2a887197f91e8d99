/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rendering: one function for each kind of rule, in a table with the heading it stands under. Syntax: apparmor.d(5). See
 * armor/render.h.
 */
#include "armor/render.h"

#include "armor/baseline.h"
#include "armor/floor.h"
#include "armor/glob.h"
#include "armor/mask.h"

#include <errno.h>
#include <stdlib.h>

static const char *const mode_names[ARMOR_MODE_COUNT] = {
    [ARMOR_MODE_LEARNING] = "learning",
    [ARMOR_MODE_ENFORCED] = "enforced",
};

const char *armor_mode_name(enum armor_mode mode)
{
    return (unsigned)mode < ARMOR_MODE_COUNT ? mode_names[mode] : "unknown";
}

int armor_mode_from_name(struct armor_slice name)
{
    for (int i = 0; i < ARMOR_MODE_COUNT; i++) {
        if (armor_slice_is(name, mode_names[i])) {
            return i;
        }
    }
    return -EINVAL;
}

/* ` KEY=pattern`, or nothing for no pattern. */
static void put_pattern(struct armor_text *text, const char *key, const char *pattern)
{
    if (pattern) {
        armor_text_format(text, " %s=", key);
        armor_glob_token(text, pattern);
    }
}

static void put_mask(struct armor_text *text, const struct armor_rule *rule)
{
    armor_text_string(text, " (");
    armor_mask_render(rule->kind, rule->mask, text);
    armor_text_char(text, ')');
}

static void capability(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)self;
    armor_text_format(text, "capability%s%s", rule->name ? " " : "", rule->name ? rule->name : "");
}

static void rlimit(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_format(text, "set rlimit %s <= ", rule->name);
    if (more->value == ARMOR_VALUE_UNLIMITED) {
        armor_text_string(text, "infinity");
    } else {
        armor_text_format(text, "%lld", (long long)more->value);
    }
}

static void userns(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)rule;
    (void)self;
    armor_text_string(text, "userns create");
}

static void io_uring(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "io_uring");
    put_mask(text, rule);
    put_pattern(text, "label", more->peer);
}

static void network(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "network");
    if (rule->name) {
        armor_text_format(text, " %s", rule->name);
    }
    if (more->detail) {
        armor_text_format(text, " %s", more->detail);
    }
}

static void unix_socket(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "unix");
    put_mask(text, rule);
    if (more->detail) {
        armor_text_format(text, " type=%s", more->detail);
    }
    put_pattern(text, "addr", rule->name);
    if (more->peer || more->options) {
        armor_text_string(text, " peer=(");
        if (more->peer) {
            armor_text_string(text, "label=");
            armor_glob_token(text, more->peer);
        }
        if (more->options) {
            armor_text_string(text, more->peer ? ",addr=" : "addr=");
            armor_glob_token(text, more->options);
        }
        armor_text_char(text, ')');
    }
}

static void dbus(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    const char *dot = more->options ? strrchr(more->options, '.') : NULL;
    armor_text_string(text, "dbus");
    put_mask(text, rule);
    put_pattern(text, "bus", more->detail);
    put_pattern(text, rule->mask & ARMOR_DBUS_BIND ? "name" : "path", rule->name);
    if (dot && dot > more->options) {
        armor_text_format(text, " interface=%.*s", (int)(dot - more->options), more->options);
    }
    if (dot && dot[1]) {
        armor_text_format(text, " member=%s", dot + 1);
    }
    if (more->peer) {
        armor_text_string(text, " peer=(label=");
        armor_glob_token(text, more->peer);
        armor_text_char(text, ')');
    }
}

static void mqueue(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "mqueue");
    put_mask(text, rule);
    armor_text_format(text, " type=%s ", more->detail);
    armor_glob_token(text, rule->name);
}

static void signal(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "signal");
    put_mask(text, rule);
    if (rule->name) {
        armor_text_format(text, " set=(%s)", rule->name);
    }
    put_pattern(text, "peer", more->peer);
}

static void ptrace(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "ptrace");
    put_mask(text, rule);
    put_pattern(text, "peer", more->peer);
}

static void mount(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "mount");
    put_pattern(text, "fstype", more->detail);
    if (more->options) {
        armor_text_format(text, " options=(%s)", more->options);
    }
    if (more->peer) {
        armor_text_char(text, ' ');
        armor_glob_token(text, more->peer);
    }
    if (rule->name) { /* the floor's is of any */
        armor_text_string(text, " -> ");
        armor_glob_token(text, rule->name);
    }
}

static void umount(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)self;
    armor_text_string(text, "umount");
    if (rule->name) {
        armor_text_char(text, ' ');
        armor_glob_token(text, rule->name);
    }
}

static void pivot_root(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, "pivot_root");
    put_pattern(text, "oldroot", more->peer);
    if (rule->name) {
        armor_text_char(text, ' ');
        armor_glob_token(text, rule->name);
    }
}

static void change_profile(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)self;
    armor_text_string(text, "change_profile -> ");
    armor_glob_token(text, rule->name);
}

static void hat(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)self;
    armor_text_string(text, "hat ");
    armor_glob_token(text, rule->name);
    armor_text_string(text, " {}");
}

static void file(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    (void)self;
    armor_glob_token(text, rule->name);
    armor_text_char(text, ' ');
    armor_mask_render(rule->kind, rule->mask, text);
}

static void link_pair(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    const struct armor_rule_more *more = armor_rule_more(rule);
    (void)self;
    armor_text_string(text, armor_options_subset(armor_slice_of(more->options)) ? "link subset " : "link ");
    armor_glob_token(text, rule->name);
    armor_text_string(text, " -> ");
    armor_glob_token(text, more->peer);
}

/* Not `ix`: that would grant `m` too, and a glob of it conflicts with the learning rule. A denial names no transition. */
static void exec(const struct armor_rule *rule, const char *self, struct armor_text *text)
{
    armor_glob_token(text, rule->name);
    if (rule->state == ARMOR_STATE_DENIED) {
        armor_text_string(text, " x");
    } else {
        armor_text_format(text, " px -> %s", self);
    }
}

/* Why a kind that newer parsers know is no part of the text; NULL: it is. */
static const char no_class[] =
    "abi 3.0, by which profiles are compiled, doesn't mediate it: nothing is refused";

static const char no_leaving[] = "a container stays in its profile: armor-loader takes no rule of this kind";

/* Why a denial is none: apparmor.d(5) has no deny for it. */
static const char needless[] = "what isn't allowed of this kind is refused without a rule";

static const struct {
    const char *heading;
    void (*render)(const struct armor_rule *rule, const char *self, struct armor_text *text);
    const char *left_out;
    const char *undeniable; /* why a denial of this kind is no part of the text; NULL: it is */
    const char *end;        /* behind the rule; NULL: "," */
} kinds[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_CAPABILITY] = {.heading = "capabilities", .render = capability},
    [ARMOR_RULE_RLIMIT] = {.heading = "limits", .render = rlimit, .undeniable = needless},
    [ARMOR_RULE_USERNS] = {.heading = "user namespaces", .render = userns, .left_out = no_class},
    [ARMOR_RULE_IO_URING] = {.heading = "io_uring", .render = io_uring, .left_out = no_class},
    [ARMOR_RULE_NETWORK] = {.heading = "sockets", .render = network},
    [ARMOR_RULE_UNIX] = {.heading = "unix sockets", .render = unix_socket},
    [ARMOR_RULE_DBUS] = {.heading = "D-Bus", .render = dbus},
    [ARMOR_RULE_MQUEUE] = {.heading = "message queues", .render = mqueue, .left_out = no_class},
    [ARMOR_RULE_SIGNAL] = {.heading = "signals", .render = signal},
    [ARMOR_RULE_PTRACE] = {.heading = "ptrace", .render = ptrace},
    [ARMOR_RULE_MOUNT] = {.heading = "mounts", .render = mount},
    [ARMOR_RULE_UMOUNT] = {.heading = "unmounts", .render = umount},
    [ARMOR_RULE_PIVOT_ROOT] = {.heading = "pivot_root", .render = pivot_root},
    [ARMOR_RULE_CHANGE_PROFILE] = {.heading = "other profiles",
                                   .render = change_profile,
                                   .left_out = no_leaving},
    [ARMOR_RULE_HAT] = {.heading = "hats", .render = hat, .end = "", .left_out = no_leaving},
    [ARMOR_RULE_FILE] = {.heading = "files", .render = file},
    [ARMOR_RULE_LINK] = {.heading = "links", .render = link_pair},
    [ARMOR_RULE_EXEC] = {.heading = "programs", .render = exec},
};

/* Why a rule of a state stands in no text; NULL: it does. */
static const char *const waits[ARMOR_STATE_COUNT] = {
    [ARMOR_STATE_EXPECTED] = "nothing has asked for it yet",
    [ARMOR_STATE_QUARANTINED] = "it waits for a decision",
};

const char *armor_render_left_out(const struct armor_rule *rule)
{
    if (rule->state == ARMOR_STATE_DENIED && kinds[rule->kind].undeniable) {
        return kinds[rule->kind].undeniable;
    }
    return waits[rule->state] ? waits[rule->state] : kinds[rule->kind].left_out;
}

void armor_render_rule(const struct armor_profile *profile, const struct armor_rule *rule,
                       struct armor_text *text)
{
    if (rule->state == ARMOR_STATE_DENIED) {
        armor_text_string(text, "deny ");
    }
    if (armor_rule_kind_is_path(rule->kind) &&
        armor_options_owner(armor_slice_of(armor_rule_more(rule)->options))) {
        armor_text_string(text, "owner ");
    }
    kinds[rule->kind].render(rule, profile->label, text);
    armor_text_string(text, kinds[rule->kind].end ? kinds[rule->kind].end : ",");
}

/* What is told beside the rules: how a learning profile ends. */
static void put_learning(const struct armor_profile *profile, const struct armor_render_quiet *quiet,
                         struct armor_text *text)
{
    armor_text_format(text,
                      "\n  # learning: each exec is logged, and the process stays in this profile\n"
                      "  audit /** px -> %s,\n",
                      profile->label);
    if (quiet && quiet->generation) {
        armor_text_format(
            text,
            "\n  # nothing is there: the same capabilities are reported once more by a changed text\n"
            "  /armord/generation/%u r,\n",
            quiet->generation);
    }
}

/* Whether RULE, quiet for long enough, is left out of a learning text to be reported once more. QUIET: NULL for none. */
static bool is_aside(const struct armor_rule *rule, const struct armor_render_quiet *quiet)
{
    return quiet && rule->origin != ARMOR_ORIGIN_BASELINE &&
           (rule->count == 0 || rule->last_usec < quiet->since_usec);
}

/*
 * How RULE begins in the text of MODE; NULL: it doesn't stand there. A denial of the floor or of a seed is audited, so that attacks are
 * seen and counted; a plain one, an operator's, is refused without a record.
 */
static const char *beginning(const struct armor_profile *profile, const struct armor_rule *rule,
                             enum armor_mode mode, const struct armor_render_quiet *quiet)
{
    bool denied = rule->state == ARMOR_STATE_DENIED;
    bool learning = mode == ARMOR_MODE_LEARNING;
    if ((denied && learning) || is_aside(rule, quiet) || armor_render_left_out(rule)) {
        return NULL;
    }
    bool reported = learning && armor_baseline_ends(rule, profile->label);
    return reported || (denied && !armor_rule_more(rule)->decided_usec) ? "audit " : "";
}

/* The rules of the floor, or all others, each kind under its heading. */
static void put_rules(const struct armor_profile *profile, const struct armor_rule *const *rules,
                      enum armor_mode mode, const struct armor_render_quiet *quiet, bool floor,
                      struct armor_text *text)
{
    const char *last = NULL;
    for (size_t i = 0; i < profile->rule_count; i++) {
        const char *begins =
            armor_floor_has(rules[i]) == floor ? beginning(profile, rules[i], mode, quiet) : NULL;
        if (!begins) {
            continue;
        }
        const char *heading = floor ? "floor: what docker-default refuses" : kinds[rules[i]->kind].heading;
        if (heading != last) {
            armor_text_format(text, "\n  # %s\n", heading);
            last = heading;
        }
        armor_text_format(text, "  %s", begins);
        armor_render_rule(profile, rules[i], text);
        armor_text_char(text, '\n');
    }
}

static int render(const struct armor_profile *profile, enum armor_mode mode, const char *note,
                  const struct armor_render_quiet *quiet, struct armor_text *text)
{
    const struct armor_rule **rules = NULL;
    int code = armor_profile_sorted(profile, &rules);
    if (code < 0) {
        return code;
    }
    armor_text_format(text, "# armord: %s profile of container %s\n", armor_mode_name(mode), profile->name);
    if (note) {
        armor_text_format(text, "# %s\n", note);
    }
    armor_text_string(text,
                      "# Rendered from what armord keeps: changes by hand are lost.\n"
                      "abi <abi/3.0>,\n\n");
    /* attach_disconnected, mediate_deleted: paths of a container may lie outside its root or be gone by then */
    armor_text_format(text, "profile %s flags=(attach_disconnected,mediate_deleted%s) {", profile->label,
                      mode == ARMOR_MODE_LEARNING ? ",complain" : "");
    put_rules(profile, rules, mode, quiet, false, text);
    put_rules(profile, rules, mode, quiet, true, text);
    if (mode == ARMOR_MODE_LEARNING) {
        put_learning(profile, quiet, text);
    }
    armor_text_string(text, "}\n");
    free((void *)rules);
    return text->error;
}

int armor_render(const struct armor_profile *profile, enum armor_mode mode, const char *note,
                 struct armor_text *text)
{
    return render(profile, mode, note, NULL, text);
}

int armor_render_quiet(const struct armor_profile *profile, const struct armor_render_quiet *quiet,
                       const char *note, struct armor_text *text)
{
    return render(profile, ARMOR_MODE_LEARNING, note, quiet, text);
}
