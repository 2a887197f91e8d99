/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading: rules of sockets: network and unix (parser's network.cc, af_unix.cc). See reader.h. */
#include "reader.h"

#include "words.h"

#include <errno.h>
#include <stdlib.h>

/* The accesses that may stand beside a condition on the peer. */
#define PEER_BITS (ARMOR_UNIX_ACCEPT | ARMOR_UNIX_CONNECT | ARMOR_UNIX_SEND | ARMOR_UNIX_RECEIVE)
enum { ALL_BITS = 0xfff };

/* What `network tcp,` and the like are short for: two families and a type. */
static const struct {
    const char *protocol, *type;
} protocols[] = {{"tcp", "stream"}, {"udp", "dgram"}, {"icmp", "raw"}};

/* A decimal number from 0 to MOST, all of TEXT. */
static bool is_number(struct armor_slice text, unsigned most)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text.bytes[i] - '0');
        if (value > most) {
            return false;
        }
    }
    return text.length > 0;
}

static unsigned number_of(struct armor_slice text)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.length; i++) {
        value = value * 10 + (unsigned)(text.bytes[i] - '0');
    }
    return value;
}

/* The part of *REST up to BYTE, which is stepped over; all of it where there is none. */
static struct armor_slice cut(struct armor_slice *rest, char byte)
{
    const char *found = rest->length ? memchr(rest->bytes, byte, rest->length) : NULL;
    struct armor_slice part = {rest->bytes, found ? (size_t)(found - rest->bytes) : rest->length};
    size_t used = part.length + (found != NULL);
    *rest = (struct armor_slice){rest->bytes + used, rest->length - used};
    return part;
}

static bool is_ipv4(struct armor_slice text)
{
    for (int i = 0; i < 4; i++) {
        bool dotted = i == 3 || (text.length && memchr(text.bytes, '.', text.length));
        if (!dotted || !is_number(cut(&text, '.'), 255)) {
            return false;
        }
    }
    return text.length == 0;
}

static bool is_group(struct armor_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (!strchr("0123456789abcdefABCDEF", text.bytes[i])) {
            return false;
        }
    }
    return text.length >= 1 && text.length <= 4;
}

/* Eight groups of hexadecimal digits, `::` for those that are zero; an IPv4 address may stand for the last two. */
static bool is_ipv6(struct armor_slice text)
{
    size_t groups = 0;
    bool gap = false;
    if (text.length >= 2 && memcmp(text.bytes, "::", 2) == 0) {
        gap = true;
        text = (struct armor_slice){text.bytes + 2, text.length - 2};
    }
    while (text.length > 0) {
        bool more = memchr(text.bytes, ':', text.length) != NULL;
        struct armor_slice part = cut(&text, ':');
        if (!more && memchr(part.bytes, '.', part.length)) {
            groups += 2;
            return is_ipv4(part) && (gap ? groups < 8 : groups == 8);
        }
        if (!is_group(part)) {
            return false;
        }
        groups++;
        if (more && (text.length == 0 || text.bytes[0] == ':')) {
            if (gap || text.length == 0) {
                return false;
            }
            gap = true;
            text = (struct armor_slice){text.bytes + 1, text.length - 1};
        }
    }
    return gap ? groups < 8 : groups == 8;
}

/* An address, a subnet `a/24`, a range `a-b` of one family, `none`. */
static bool is_ip(const char *word)
{
    struct armor_slice rest = armor_slice_of(word);
    if (armor_slice_is(rest, "none")) {
        return true;
    }
    if (strchr(word, '/')) {
        struct armor_slice address = cut(&rest, '/');
        return (is_ipv4(address) && is_number(rest, 32)) || (is_ipv6(address) && is_number(rest, 128));
    }
    if (strchr(word, '-')) {
        struct armor_slice first = cut(&rest, '-');
        return (is_ipv4(first) && is_ipv4(rest)) || (is_ipv6(first) && is_ipv6(rest));
    }
    return is_ipv4(rest) || is_ipv6(rest);
}

/* A port, or a range of them. */
static bool is_port(const char *word)
{
    struct armor_slice rest = armor_slice_of(word);
    struct armor_slice first = cut(&rest, '-');
    bool range = strchr(word, '-') != NULL;
    return is_number(first, 65535) &&
           (!range || (is_number(rest, 65535) && number_of(first) <= number_of(rest)));
}

static int check_network_cond(struct reader *reader, const struct read_cond *cond)
{
    const char *value = cond->values[0];
    if (cond->in || (cond->set && !armor_slice_is(cond->name, "label")) || cond->count != 1) {
        return read_fail(reader, cond->at, "a condition of a network rule is one value behind =");
    }
    if (armor_slice_is(cond->name, "ip")) {
        return is_ip(value) ? 0 : read_fail(reader, cond->at, "'%s' is no address, subnet or range", value);
    }
    if (armor_slice_is(cond->name, "port")) {
        return is_port(value) ? 0 : read_fail(reader, cond->at, "'%s' is no port or range of ports", value);
    }
    if (armor_slice_is(cond->name, "interface") && !cond->peer) {
        return 0;
    }
    return armor_slice_is(cond->name, "label")
               ? 0
               : read_fail(reader, cond->at, "network rules have no condition %.*s%s", (int)cond->name.length,
                           cond->name.bytes, cond->peer ? " of the peer" : "");
}

/* What a network rule says beyond family and type: as text, since a rule has no word for it. */
static int note_conditions(struct reader *reader, uint32_t mask, const struct read_conds *conds,
                           const char **ret_noted)
{
    struct armor_text *room = &reader->room;
    room->length = 0;
    if (mask != ALL_BITS) {
        armor_text_string(room, "only some accesses");
    }
    for (size_t i = 0; i < conds->count; i++) {
        const struct read_cond *cond = &conds->list[i];
        armor_text_format(room, "%s%s%.*s%s=%s", room->length ? ", " : "", cond->peer ? "peer " : "",
                          (int)cond->name.length, cond->name.bytes, cond->set ? ":" : "", cond->values[0]);
    }
    return room->length ? read_intern(reader, (struct armor_slice){room->bytes, room->length}, ret_noted) : 0;
}

static int peer_mask(struct reader *reader, size_t at, const struct read_conds *conds, uint32_t *mask)
{
    bool peer = false;
    for (size_t i = 0; i < conds->count; i++) {
        peer = peer || conds->list[i].peer;
    }
    if (peer && *mask && (*mask & ~(uint32_t)PEER_BITS)) {
        return read_fail(reader, at, "only accept, connect, send and receive have a peer");
    }
    *mask = *mask ? *mask : ALL_BITS;
    return 0;
}

/* A word of a network rule: a family, a type or a protocol. Returns 1; 0 when there is none. */
static int network_word(struct reader *reader, const char **ret_word)
{
    read_blanks(reader);
    struct read_cursor before = *reader->cursor;
    int code = read_word(reader, READ_WORD, ret_word);
    if (code != 1) {
        return code;
    }
    read_blanks(reader);
    if (read_peek(reader) == '=' || read_is_word(reader, "in") ||
        (read_peek(reader) == ':' && strcmp(*ret_word, "label") == 0)) {
        *reader->cursor = before; /* a condition */
        *ret_word = NULL;
        return 0;
    }
    return 1;
}

static const char *type_of(const char *protocol)
{
    for (size_t i = 0; protocol && i < sizeof protocols / sizeof protocols[0]; i++) {
        if (strcmp(protocol, protocols[i].protocol) == 0) {
            return protocols[i].type;
        }
    }
    return NULL;
}

/* The families and types that up to two words mean, as one clause or two. */
static int add_network(struct reader *reader, const struct read_prefix *prefix, size_t at,
                       const char *const words[2], struct armor_clause *clause, bool conditions)
{
    static const char *const internet[] = {"inet", "inet6"};
    const char *first = words[0];
    const char *second = words[1];
    bool family = first && (word_is_family(armor_slice_of(first)) || strcmp(first, "unspec") == 0);
    const char *type = family ? second : first;
    const char *by_protocol = type_of(type);
    bool known = !type || by_protocol || word_is_sock_type(armor_slice_of(type));
    bool is_internet = family && strncmp(first, "inet", 4) == 0;
    if (first && ((!family && second) || !known || (by_protocol && family && !is_internet))) {
        return read_fail(reader, at, "'%s%s%s' is no family, type or protocol of sockets", first,
                         second ? " " : "", second ? second : "");
    }
    if (conditions && family && !is_internet) {
        return read_fail(reader, at, "only inet and inet6 have conditions");
    }
    clause->name = family ? first : NULL;
    clause->detail = by_protocol ? by_protocol : type;
    if (family || (!by_protocol && !conditions)) {
        return read_add(reader, prefix, clause);
    }
    int code = 0;
    for (size_t i = 0; code == 0 && i < 2; i++) {
        clause->name = internet[i];
        code = read_add(reader, prefix, clause);
    }
    return code;
}

int read_network(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_NETWORK};
    const char *words[2] = {NULL, NULL};
    uint32_t mask = 0;
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, ARMOR_RULE_UNIX, &mask);
    size_t at = reader->cursor->at;
    for (size_t i = 0; code >= 0 && i < 2; i++) {
        code = network_word(reader, &words[i]);
        if (code <= 0) {
            break;
        }
    }
    code = code < 0 ? code : read_conds(reader, true, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        code = check_network_cond(reader, &conds.list[i]);
    }
    code = code < 0 ? code : peer_mask(reader, at, &conds, &mask);
    code = code < 0 ? code : note_conditions(reader, mask, &conds, &clause.noted);
    return code < 0 ? code : add_network(reader, prefix, at, words, &clause, conds.count > 0);
}

/* An address of a unix rule: abstract, `none` or `auto`. */
static int unix_address(struct reader *reader, const struct read_cond *cond, const char **ret_address)
{
    int code = read_cond_pattern(reader, cond, "unix", ret_address);
    const char *address = code < 0 ? "none" : *ret_address;
    if (!reader->skipping && address[0] != '@' && strcmp(address, "none") != 0 &&
        strcmp(address, "auto") != 0) {
        return read_fail(reader, cond->at, "an address of a unix rule begins with @, or is none or auto");
    }
    return code;
}

int read_unix(struct reader *reader, const struct read_prefix *prefix)
{
    struct read_conds conds = {.count = 0};
    struct armor_clause clause = {.kind = ARMOR_RULE_UNIX};
    const char *label = NULL;
    int code = read_no_owner(reader, prefix);
    code = code < 0 ? code : read_mask(reader, clause.kind, &clause.mask);
    size_t at = reader->cursor->at;
    code = code < 0 ? code : read_conds(reader, true, &conds);
    code = code < 0 ? code : read_expect(reader, ",");
    for (size_t i = 0; code == 0 && i < conds.count; i++) {
        const struct read_cond *cond = &conds.list[i];
        if (armor_slice_is(cond->name, "addr")) {
            code = unix_address(reader, cond, cond->peer ? &clause.options : &clause.name);
        } else if (armor_slice_is(cond->name, "label")) {
            code = read_cond_pattern(reader, cond, "unix", cond->peer ? &clause.peer : &label);
        } else if (armor_slice_is(cond->name, "type") && !cond->peer) {
            code = read_cond_pattern(reader, cond, "unix", &clause.detail);
            code = code < 0 || word_is_sock_type(armor_slice_of(clause.detail))
                       ? code
                       : read_fail(reader, cond->at, "there is no type of sockets '%s'", clause.detail);
        } else {
            code = read_fail(reader, cond->at, "unix rules have no condition %.*s%s", (int)cond->name.length,
                             cond->name.bytes, cond->peer ? " of the peer" : "");
        }
    }
    code = code < 0 ? code : peer_mask(reader, at, &conds, &clause.mask);
    if (code == 0 && label) {
        reader->room.length = 0;
        armor_text_format(&reader->room, "label=%s", label);
        code =
            read_intern(reader, (struct armor_slice){reader->room.bytes, reader->room.length}, &clause.noted);
    }
    return code < 0 ? code : read_add(reader, prefix, &clause);
}
