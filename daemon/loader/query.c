/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queries to the kernel. Written by hand, since libapparmor's aa_query_file_path() leaves out the path's last byte (3.0.8, 4.1), and one
 * descriptor does for all. See query.h.
 */
#include "query.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CLASS_FILE = 2, /* AA_CLASS_FILE */
    CLASS_NET = 14, /* AA_CLASS_NET */
    NET_MASK = 2,   /* what a socket rule grants in a query */
    NET_MAX = 0xff, /* of a family or type */
};

/* The next word of LINE, up to a blank. */
static struct armor_slice take_word(struct armor_slice *line)
{
    const char *blank = line->length ? memchr(line->bytes, ' ', line->length) : NULL;
    struct armor_slice word = {line->bytes, blank ? (size_t)(blank - line->bytes) : line->length};
    size_t taken = word.length + (blank != NULL);
    *line = (struct armor_slice){line->bytes + taken, line->length - taken};
    return word;
}

static bool take_number(struct armor_slice *line, unsigned base, uint32_t max, uint32_t *ret_number)
{
    struct armor_slice word = take_word(line);
    uint32_t number = 0;
    for (size_t i = 0; i < word.length; i++) {
        int digit = armor_hex_value(word.bytes[i], 'a');
        if (digit < 0 || (unsigned)digit >= base || number > (UINT32_MAX - (unsigned)digit) / base) {
            return false;
        }
        number = number * base + (unsigned)digit;
    }
    *ret_number = number;
    return word.length > 0 && number <= max;
}

static bool take_file(struct armor_slice *line, struct loader_query *query)
{
    query->data[0] = CLASS_FILE;
    query->length = 1;
    if (!take_number(line, 16, LOADER_QUERY_ALL, &query->mask) || query->mask == 0 ||
        (query->mask & ~(uint32_t)LOADER_QUERY_ALL)) {
        return false;
    }
    struct armor_slice path = take_word(line);
    if (path.length % 2 || path.length < 2 || path.length / 2 > ARMOR_PATH_MAX) {
        return false;
    }
    for (size_t i = 0; i < path.length; i += 2) {
        int high = armor_hex_value(path.bytes[i], 'a');
        int low = armor_hex_value(path.bytes[i + 1], 'a');
        if (high < 0 || low < 0 || (high == 0 && low == 0)) {
            return false;
        }
        query->data[query->length++] = (char)(high << 4 | low);
    }
    return query->data[1] == '/';
}

static bool take_net(struct armor_slice *line, struct loader_query *query)
{
    uint32_t family = 0;
    uint32_t type = 0;
    if (!take_number(line, 10, NET_MAX, &family) || !take_number(line, 10, NET_MAX, &type)) {
        return false;
    }
    const char data[] = {CLASS_NET, 0, (char)family, 0, (char)type}; /* 16 bits each, the high byte first */
    memcpy(query->data, data, sizeof data);
    query->length = sizeof data;
    query->mask = NET_MASK;
    return true;
}

int loader_query_next(struct armor_slice *lines, struct loader_query *ret_query, struct armor_error *err)
{
    if (lines->length == 0) {
        return 0;
    }
    const char *newline = memchr(lines->bytes, '\n', lines->length);
    struct armor_slice line = {lines->bytes, newline ? (size_t)(newline - lines->bytes) : 0};
    struct armor_slice kind = take_word(&line);
    bool sound = newline && ((armor_slice_is(kind, "file") && take_file(&line, ret_query)) ||
                             (armor_slice_is(kind, "net") && take_net(&line, ret_query)));
    if (!sound || line.length > 0) {
        return armor_error_set(err, -EBADMSG, "a query isn't `file MASK PATH` or `net FAMILY TYPE`");
    }
    size_t taken = (size_t)(newline - lines->bytes) + 1;
    *lines = (struct armor_slice){lines->bytes + taken, lines->length - taken};
    return 1;
}

int loader_query_check(struct armor_slice lines, struct armor_error *err)
{
    struct loader_query query;
    size_t count = 0;
    int r = loader_query_next(&lines, &query, err);
    while (r > 0 && ++count <= LOADER_QUERIES_MAX) {
        r = loader_query_next(&lines, &query, err);
    }
    return r > 0 ? armor_error_set(err, -E2BIG, "there are more than %d queries", LOADER_QUERIES_MAX) : r;
}

int loader_query_open(const struct loader_roots *roots, struct armor_error *err)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/.access", roots->apparmorfs);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    return fd < 0 ? armor_error_set(err, -errno, "can't open %s: %s", path, strerror(errno)) : fd;
}

int loader_query_read(struct armor_slice answer, uint32_t mask)
{
    char text[128];
    if (answer.length >= sizeof text) {
        return -EBADMSG;
    }
    memcpy(text, answer.bytes, answer.length);
    text[answer.length] = '\0';
    if (strncmp(text, "allow 0x", strlen("allow 0x")) != 0) {
        return -EBADMSG;
    }
    char *end = NULL;
    unsigned long allow = strtoul(text + strlen("allow "), &end, 16);
    if (strncmp(end, "\ndeny 0x", strlen("\ndeny 0x")) != 0) {
        return -EBADMSG;
    }
    unsigned long deny = strtoul(end + strlen("\ndeny "), &end, 16);
    return *end == '\n' ? (mask & ~(allow & ~deny)) == 0 : -EBADMSG;
}

int loader_query_ask(int fd, const char *label, const struct loader_query *query, struct armor_error *err)
{
    static const char command[] = "label"; /* with its terminator */
    char message[sizeof command + LOADER_NAME_SIZE + sizeof query->data];
    size_t length = strlen(label) + 1;
    memcpy(message, command, sizeof command);
    memcpy(message + sizeof command, label, length);
    memcpy(message + sizeof command + length, query->data, query->length);
    length += sizeof command + query->length;
    ssize_t n = write(fd, message, length);
    if (n != (ssize_t)length) {
        int code = n < 0 ? -errno : -EIO;
        return armor_error_set(err, code, "the kernel doesn't take a query: %s", strerror(-code));
    }
    char answer[128];
    n = pread(fd, answer, sizeof answer, 0);
    int r = n < 0 ? -errno : loader_query_read((struct armor_slice){answer, (size_t)n}, query->mask);
    return r < 0 ? armor_error_set(err, r, "the kernel's answer to a query can't be read: %s", strerror(-r))
                 : r;
}
