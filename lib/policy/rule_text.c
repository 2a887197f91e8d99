/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules as text. See armor/rule_text.h. */
#include "armor/rule_text.h"

#include "armor/render.h"

#include <errno.h>

enum { RULE_TEXT_MAX = 8 * ARMOR_RECORD_MAX }; /* bytes of one rule as it is rendered */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

/* Take WORD and the blanks behind it from the beginning of TEXT. */
static bool take_word(struct armor_slice *text, struct armor_slice word)
{
    if (!armor_slice_starts(*text, word) || text->length == word.length ||
        !is_blank(text->bytes[word.length])) {
        return false;
    }
    text->bytes += word.length;
    text->length -= word.length;
    while (text->length > 0 && is_blank(text->bytes[0])) {
        text->bytes++;
        text->length--;
    }
    return true;
}

/* TEXT without blanks and commas at its ends, and without the words before a rule; whether `deny` was one of them. */
static struct armor_slice words_of(struct armor_slice text, bool *ret_deny)
{
    while (text.length > 0 && is_blank(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && (is_blank(text.bytes[text.length - 1]) || text.bytes[text.length - 1] == ',')) {
        text.length--;
    }
    (void)take_word(&text, ARMOR_SLICE("audit"));
    *ret_deny = take_word(&text, ARMOR_SLICE("deny"));
    return text;
}

int armor_rule_find_text(const struct armor_profile *profile, struct armor_slice text,
                         const struct armor_rule **ret_rule)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text room = ARMOR_TEXT_INIT(RULE_TEXT_MAX);
    const struct armor_rule *found = NULL;
    bool wants_denied = false;
    struct armor_slice wanted = words_of(text, &wants_denied);
    for (size_t i = 0; wanted.length && i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        bool denied = rule->state == ARMOR_STATE_DENIED;
        bool better = !found || (found->state == ARMOR_STATE_DENIED && !wants_denied);
        if (!better || (wants_denied && !denied)) {
            continue;
        }
        room.length = 0;
        armor_render_rule(profile, rule, &room);
        if (room.error) {
            return -ENOMEM;
        }
        bool ignored = false;
        found = armor_slice_equal(words_of((struct armor_slice){room.bytes, room.length}, &ignored), wanted)
                    ? rule
                    : found;
    }
    if (found) {
        *ret_rule = found;
    }
    return found != NULL;
}

int armor_rules_read(struct armor_slice text, const char *label, uint64_t seed,
                     struct armor_reading **ret_reading, struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text whole = ARMOR_TEXT_INIT(ARMOR_READ_TEXT_MAX);
    struct armor_reading *reading = NULL;
    bool ended = text.length > 0 && strchr(",}\n", text.bytes[text.length - 1]);
    armor_text_format(&whole, "profile %s {\n", label);
    armor_text_slice(&whole, text);
    armor_text_string(&whole, ended ? "\n}\n" : ",\n}\n");
    int code = whole.error ? armor_error_set(err, whole.error, "the rule is too long") : 0;
    code = code < 0
               ? code
               : armor_read((struct armor_slice){whole.bytes, whole.length}, "", NULL, seed, &reading, err);
    if (code == -ENOENT) { /* nothing is included here: an include is no rule */
        code = -EBADMSG;
    }
    if (code == -EBADMSG && err) {
        err->code = code;
        err->line -= err->line > 1; /* the line in front is ours */
    }
    if (code < 0) {
        return code;
    }
    if (reading->section_count != 1 || reading->sections[0].clause_count == 0 || reading->includes > 0) {
        armor_reading_free(reading);
        return armor_error_set(err, -EBADMSG, "rules of one profile are expected, and nothing else");
    }
    *ret_reading = reading;
    return 0;
}

/* Why no rule says what CLAUSE, of a profile called SELF, does; NULL: one can. */
static const char *beyond(const struct armor_clause *clause, const char *self)
{
    bool deny = clause->flags & ARMOR_CLAUSE_DENY;
    bool exec = clause->kind == ARMOR_RULE_EXEC && !deny;
    bool own = !clause->target || strcmp(clause->target, self) == 0;
    bool inherits = clause->transition == ARMOR_GO_INHERIT && !clause->target;
    bool goes_on = clause->transition == ARMOR_GO_PROFILE && clause->target && own;
    const struct {
        bool holds;
        const char *why;
    } reasons[] = {
        {clause->flags & ARMOR_CLAUSE_PROMPT, "it asks the user"},
        {clause->flags & ARMOR_CLAUSE_OTHER, "it is of other users' files alone"},
        {clause->priority != 0, "it has a priority"},
        {clause->noted, "it has conditions that rules here have no word for"},
        {exec && !inherits && !goes_on, "the program goes on under another profile, or under none"},
        {exec && goes_on && clause->secure, "it clears the program's environment"},
        {clause->kind == ARMOR_RULE_CHANGE_PROFILE || clause->kind == ARMOR_RULE_HAT,
         "a container stays in its profile"},
        {clause->flags & (ARMOR_CLAUSE_WITHIN | ARMOR_CLAUSE_REMOUNT),
         "mounts here have all of their options"},
        {armor_rule_kind_is_path(clause->kind) &&
             (clause->name[0] != '/' || (clause->peer && clause->peer[0] != '/')),
         "its path begins with alternatives, and not with a slash"},
        {clause->kind == ARMOR_RULE_MQUEUE && (!clause->name || !clause->detail),
         "it is of message queues of any name or type"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].holds) {
            return reasons[i].why;
        }
    }
    return NULL;
}

/* WORD; where it is the name of the profile that it stands in, LABEL. */
static struct armor_slice peer_of(const char *word, const char *self, const char *label)
{
    return armor_slice_of(word && strcmp(word, self) == 0 ? label : word);
}

/* What CLAUSE, of paths, says of the files: the options of a rule. */
static struct armor_slice options_of(const struct armor_clause *clause)
{
    bool owner = clause->flags & ARMOR_CLAUSE_OWNER;
    bool subset = clause->kind == ARMOR_RULE_LINK && (clause->flags & ARMOR_CLAUSE_SUBSET);
    return armor_slice_of(owner && subset ? ARMOR_OPTION_OWNER_SUBSET
                          : owner         ? ARMOR_OPTION_OWNER
                          : subset        ? ARMOR_OPTION_SUBSET
                                          : NULL);
}

size_t armor_clause_accesses(const struct armor_clause *clause, const char *self, const char *label,
                             struct armor_access ret_accesses[ARMOR_CLAUSE_ACCESSES_MAX],
                             const char **ret_why)
{
    const char *why = beyond(clause, self);
    if (why) {
        *ret_why = why;
        return 0;
    }
    bool deny = clause->flags & ARMOR_CLAUSE_DENY;
    bool link = clause->kind == ARMOR_RULE_LINK;
    struct armor_access access = {.kind = clause->kind,
                                  .state = deny ? ARMOR_STATE_DENIED : ARMOR_STATE_ACTIVE,
                                  .mask = clause->mask,
                                  .name = armor_slice_of(clause->name),
                                  .detail = armor_slice_of(clause->detail),
                                  .peer = link ? armor_slice_of(clause->peer)
                                               : peer_of(clause->peer, self, label),
                                  .options = armor_rule_kind_is_path(clause->kind)
                                                 ? options_of(clause)
                                                 : armor_slice_of(clause->options),
                                  .value = clause->value};
    if (clause->kind == ARMOR_RULE_UNIX && (clause->peer || clause->options)) {
        /* a rule that names no access is of all that has a peer (parser's af_unix.cc), and no rule may say more of one */
        access.mask &= ARMOR_UNIX_ACCEPT | ARMOR_UNIX_CONNECT | ARMOR_UNIX_SEND | ARMOR_UNIX_RECEIVE;
    }
    if (link && !clause->peer && deny) { /* a bit of the file's */
        bool owner = clause->flags & ARMOR_CLAUSE_OWNER;
        access.kind = ARMOR_RULE_FILE;
        access.mask = ARMOR_FILE_LINK;
        access.options = armor_slice_of(owner ? ARMOR_OPTION_OWNER : NULL);
    } else if (link && !clause->peer) { /* `l` is to whatever may do as much */
        access.peer = ARMOR_SLICE("/**");
    }
    ret_accesses[0] = access;
    if (clause->transition != ARMOR_GO_INHERIT) {
        return 1;
    }
    access.kind = ARMOR_RULE_FILE;
    access.mask = ARMOR_FILE_MAP;
    ret_accesses[1] = access;
    return 2;
}
