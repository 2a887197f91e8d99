/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wire.c and handover.c: each field one off, each descriptor wrong. */
#include "check_main.h"
#include "wire.h"

#include "armor/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/apparmor_private.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct loader_request good_load(void)
{
    return (struct loader_request){
        .magic = LOADER_MAGIC,
        .version = LOADER_VERSION,
        .operation = LOADER_LOAD,
        .mode = LOADER_MODE_COMPLAIN,
        .text_length = 10,
        .name = "armord-web",
    };
}

static int check_request(const struct loader_request *request, bool has_fd)
{
    struct loader_request got;
    struct armor_error err = {0};
    int r = loader_request_check(request, sizeof *request, has_fd, &got, &err);
    ck_assert_int_eq(r, err.code);
    ck_assert_int_eq(r < 0, err.text[0] != '\0');
    if (r == 0) {
        ck_assert_mem_eq(&got, request, sizeof got);
    }
    return r;
}

START_TEST(names)
{
    static const struct {
        const char *name;
        bool valid;
    } cases[] = {
        {"armord-web", true},
        {"armord-0", true},
        {"armord-a.b_c-D9", true},
        {"armord-a..b", true},
        {"armord-my.origin", true},
        {NULL, false},
        {"", false},
        {"armord", false},
        {"armord-", false},
        {"Armord-web", false},
        {"docker-default", false},
        {"armord--x", false},
        {"armord-.x", false},
        {"armord-_x", false},
        {"armord-a/b", false},
        {"armord-a b", false},
        {"armord-a\n", false},
        {"armord-a*", false},
        {"armord-a//b", false},
        {"armord-a:b", false},
        {"armord-a~", false},
        {"armord-\xc3\xa9", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_msg(loader_name_valid(cases[i].name) == cases[i].valid, "%s", cases[i].name);
    }
    char longest[8 + ARMOR_NAME_MAX + 1] = "armord-";
    memset(longest + 7, 'a', ARMOR_NAME_MAX);
    ck_assert(loader_name_valid(longest));
    longest[7 + ARMOR_NAME_MAX] = 'a';
    longest[8 + ARMOR_NAME_MAX] = '\0';
    ck_assert(!loader_name_valid(longest));
}
END_TEST

/* Our table of suffixes against libapparmor's own answer, which is the one that apparmor_parser goes by. */
START_TEST(skipped_names)
{
    static const char *const suffixes[] = {
        "",         ".dpkg-new", ".dpkg-old", ".dpkg-dist", ".dpkg-bak", ".dpkg-remove", ".dpkg-tmp",
        ".pacsave", ".pacnew",   ".rpmnew",   ".rpmsave",   ".orig",     ".rej",         ".bak",
        ".swp",     ".save",     ".rpmorig",  ".ucf-dist",  ".new",      ".cache",
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char name[LOADER_NAME_SIZE];
        (void)snprintf(name, sizeof name, "armord-web%s", suffixes[i]);
        ck_assert_msg(loader_name_valid(name) == (_aa_is_blacklisted(name) == 0), "%s", name);
    }
    struct armor_error err = {0};
    ck_assert_int_eq(loader_name_check("armord-web.rej", &err), -EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, ".rej"));
    ck_assert_ptr_nonnull(strstr(err.text, "rename"));
}
END_TEST

START_TEST(request_sizes)
{
    struct loader_request request = good_load();
    char larger[sizeof request + 1] = {0};
    memcpy(larger, &request, sizeof request);
    struct loader_request got;
    for (size_t length = 0; length <= sizeof larger; length++) {
        int r = loader_request_check(larger, length, true, &got, NULL);
        ck_assert_int_eq(r, length == sizeof request ? 0 : -EBADMSG);
    }
}
END_TEST

/* Set one 32-bit field of a good request. */
struct change {
    uint32_t operation;
    size_t offset;
    uint32_t value;
    int expected;
};

#define FIELD(name) offsetof(struct loader_request, name)

START_TEST(request_fields)
{
    static const struct change changes[] = {
        {LOADER_LOAD, FIELD(magic), LOADER_MAGIC + 1, -EBADMSG},
        {LOADER_LOAD, FIELD(magic), LOADER_MAGIC - 1, -EBADMSG},
        {LOADER_LOAD, FIELD(version), LOADER_VERSION + 1, -EBADMSG},
        {LOADER_LOAD, FIELD(version), LOADER_VERSION - 1, -EBADMSG},
        {LOADER_LOAD, FIELD(operation), 0, -EBADMSG},
        {LOADER_LOAD, FIELD(operation), LOADER_OPERATION_END, -EBADMSG},
        {LOADER_LOAD, FIELD(operation), UINT32_MAX, -EBADMSG},
        {LOADER_LOAD, FIELD(mode), LOADER_MODE_NONE, -EINVAL},
        {LOADER_LOAD, FIELD(mode), LOADER_MODE_ENFORCE, 0},
        {LOADER_LOAD, FIELD(mode), LOADER_MODE_OTHER, -EINVAL},
        {LOADER_LOAD, FIELD(value), 1, -EBADMSG},
        {LOADER_LOAD, FIELD(text_length), 0, -EINVAL},
        {LOADER_LOAD, FIELD(text_length), ARMOR_PROFILE_TEXT_MAX, 0},
        {LOADER_LOAD, FIELD(text_length), ARMOR_PROFILE_TEXT_MAX + 1, -EINVAL},
        {LOADER_REMOVE, FIELD(mode), LOADER_MODE_COMPLAIN, -EBADMSG},
        {LOADER_REMOVE, FIELD(value), 1, -EBADMSG},
        {LOADER_REMOVE, FIELD(text_length), 1, -EBADMSG},
        {LOADER_REMOVE, FIELD(name), 0, -EBADMSG},
        {LOADER_INSPECT, FIELD(mode), LOADER_MODE_COMPLAIN, -EBADMSG},
        {LOADER_INSPECT, FIELD(name), 0, -EBADMSG},
        {LOADER_AUDIT_STATUS, FIELD(value), 1, -EBADMSG},
        {LOADER_AUDIT_STATUS, FIELD(name), 'a', -EBADMSG},
        {LOADER_AUDIT_BACKLOG, FIELD(value), 0, 0},
        {LOADER_AUDIT_BACKLOG, FIELD(value), LOADER_BACKLOG_MIN - 1, -EINVAL},
        {LOADER_AUDIT_BACKLOG, FIELD(value), LOADER_BACKLOG_MIN, 0},
        {LOADER_AUDIT_BACKLOG, FIELD(value), LOADER_BACKLOG_MAX, 0},
        {LOADER_AUDIT_BACKLOG, FIELD(value), LOADER_BACKLOG_MAX + 1, -EINVAL},
        {LOADER_AUDIT_BACKLOG, FIELD(name), 'a', -EBADMSG},
        {LOADER_QUIET, FIELD(mode), LOADER_MODE_COMPLAIN, -EBADMSG},
        {LOADER_QUIET, FIELD(value), 1, -EBADMSG},
        {LOADER_QUIET, FIELD(text_length), 0, -EINVAL},
        {LOADER_QUIET, FIELD(name), 0, -EBADMSG},
        {LOADER_PROVE, FIELD(mode), LOADER_MODE_ENFORCE, -EBADMSG},
        {LOADER_PROVE, FIELD(value), 1, 0},
        {LOADER_PROVE, FIELD(value), UINT32_MAX, -EINVAL},
        {LOADER_PROVE, FIELD(text_length), 0, -EINVAL},
        {LOADER_PROVE, FIELD(name), 'a', -EBADMSG},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct loader_request request = good_load();
        uint32_t operation = changes[i].operation;
        bool has_fd = operation == LOADER_LOAD || operation == LOADER_QUIET || operation == LOADER_PROVE;
        request.operation = operation;
        request.mode = operation == LOADER_LOAD ? request.mode : 0;
        request.text_length = has_fd ? request.text_length : 0;
        if (operation == LOADER_AUDIT_STATUS || operation == LOADER_AUDIT_BACKLOG ||
            operation == LOADER_PROVE) {
            memset(request.name, 0, sizeof request.name);
        }
        if (changes[i].offset == FIELD(name)) {
            memset(request.name, 0, sizeof request.name);
        }
        ck_assert(changes[i].offset == FIELD(name) || check_request(&request, has_fd) == 0);
        memcpy((char *)&request + changes[i].offset, &changes[i].value, sizeof changes[i].value);
        ck_assert_msg(check_request(&request, has_fd) == changes[i].expected, "change %zu", i);
    }
}
END_TEST

/* What a candidate is loaded as can't be asked for by name. */
START_TEST(the_candidate_has_no_name_of_a_container)
{
    ck_assert_int_eq(loader_name_check(LOADER_CANDIDATE, NULL), -EINVAL);
}
END_TEST

START_TEST(request_name_and_descriptor)
{
    struct loader_request request = good_load();
    ck_assert_int_eq(check_request(&request, true), 0);
    ck_assert_int_eq(check_request(&request, false), -EBADMSG);
    request.name[sizeof request.name - 1] = 'x'; /* something after the terminator */
    ck_assert_int_eq(check_request(&request, true), -EBADMSG);
    request = good_load();
    memset(request.name, 'a', sizeof request.name); /* no terminator */
    ck_assert_int_eq(check_request(&request, true), -EBADMSG);
    request = good_load();
    request.name[0] = 'x';
    ck_assert_int_eq(check_request(&request, true), -EINVAL);
    request = good_load();
    request.operation = LOADER_INSPECT;
    request.mode = 0;
    request.text_length = 0;
    ck_assert_int_eq(check_request(&request, false), 0);
    ck_assert_int_eq(check_request(&request, true), -EBADMSG);
}
END_TEST

START_TEST(replies)
{
    const struct loader_reply good = {.magic = LOADER_MAGIC,
                                      .version = LOADER_VERSION,
                                      .operation = LOADER_LOAD,
                                      .mode = LOADER_MODE_ENFORCE};
    const struct loader_reply failed = {.magic = LOADER_MAGIC,
                                        .version = LOADER_VERSION,
                                        .code = -EBUSY,
                                        .stage = LOADER_STAGE_IN_USE,
                                        .text = "no"};
    struct loader_reply got;
    ck_assert_int_eq(loader_reply_check(&good, sizeof good, &got, NULL), 0);
    ck_assert_mem_eq(&got, &good, sizeof good);
    ck_assert_int_eq(loader_reply_check(&failed, sizeof failed, &got, NULL), 0);
    ck_assert_int_eq(loader_reply_check(&good, sizeof good - 1, &got, NULL), -EBADMSG);
    struct loader_reply bad = good;
    bad.magic++;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = good;
    bad.version++;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = good;
    bad.operation = 0;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = good;
    bad.mode = LOADER_MODE_OTHER + 1;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = failed;
    bad.stage = LOADER_STAGE_IN_USE + 1;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = failed;
    bad.stage = LOADER_STAGE_DONE;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = failed;
    bad.code = 1;
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = failed;
    memset(bad.text, 'x', sizeof bad.text);
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
    bad = failed;
    memset(bad.text, 0, sizeof bad.text);
    ck_assert_int_eq(loader_reply_check(&bad, sizeof bad, &got, NULL), -EBADMSG);
}
END_TEST

START_TEST(words_for_enums)
{
    ck_assert_str_eq(loader_mode_name(LOADER_MODE_COMPLAIN), "complain");
    ck_assert_str_eq(loader_mode_name((enum loader_mode)99), "unknown");
    for (int stage = LOADER_STAGE_DONE; stage <= LOADER_STAGE_IN_USE; stage++) {
        ck_assert_str_ne(loader_stage_name((enum loader_stage)stage), "unknown");
    }
    ck_assert_str_eq(loader_stage_name((enum loader_stage)(LOADER_STAGE_IN_USE + 1)), "unknown");
}
END_TEST

START_TEST(sealed_text)
{
    struct armor_slice text = ARMOR_SLICE("# armord: x\n");
    int fd = loader_text_seal(text, NULL);
    ck_assert_int_ge(fd, 0);
    char *got = NULL;
    ck_assert_int_eq(loader_text_read(fd, text.length, &got, NULL), 0);
    ck_assert_str_eq(got, text.bytes);
    free(got);
    ck_assert_int_eq(loader_text_read(fd, text.length - 1, &got, NULL), -EINVAL);
    ck_assert_int_eq(loader_text_read(fd, text.length + 1, &got, NULL), -EINVAL);
    ck_assert_int_eq(loader_text_read(fd, 0, &got, NULL), -E2BIG);
    ck_assert_int_eq(loader_text_read(fd, ARMOR_PROFILE_TEXT_MAX + 1, &got, NULL), -E2BIG);
    /* A child that reads it as its standard input starts at the beginning. */
    ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
    ck_assert_int_lt(write(fd, "y", 1), 0);
    ck_assert_int_lt(ftruncate(fd, 1), 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(loader_text_seal(ARMOR_SLICE(""), NULL), -E2BIG);
}
END_TEST

START_TEST(unsealed_text)
{
    static const int too_few[] = {0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_GROW, F_SEAL_WRITE | F_SEAL_SHRINK,
                                  F_SEAL_GROW | F_SEAL_SHRINK};
    char *got = NULL;
    for (size_t i = 0; i < sizeof too_few / sizeof too_few[0]; i++) {
        int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        ck_assert_int_eq(write(fd, "text", 4), 4);
        ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, too_few[i]), 0);
        ck_assert_int_eq(loader_text_read(fd, 4, &got, NULL), -EINVAL);
        ck_assert_int_eq(close(fd), 0);
    }
    FILE *plain = tmpfile();
    ck_assert_ptr_nonnull(plain);
    ck_assert_int_eq(write(fileno(plain), "text", 4), 4);
    ck_assert_int_eq(loader_text_read(fileno(plain), 4, &got, NULL), -EINVAL);
    (void)fclose(plain);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(loader_text_read(ends[0], 4, &got, NULL), -EINVAL);
    ck_assert_int_eq(close(ends[0]) + close(ends[1]), 0);
    ck_assert_int_eq(loader_text_read(-1, 4, &got, NULL), -EINVAL);
}
END_TEST

START_TEST(text_with_nul)
{
    int fd = loader_text_seal((struct armor_slice){"ab\0c", 4}, NULL);
    ck_assert_int_ge(fd, 0);
    char *got = NULL;
    struct armor_error err = {0};
    ck_assert_int_eq(loader_text_read(fd, 4, &got, &err), -EBADMSG);
    ck_assert_ptr_nonnull(strstr(err.text, "byte 3"));
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

static size_t open_descriptors(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

/* Send MESSAGE with COUNT copies of FD beside it. */
static void send_many(int socket, const char *message, int fd, size_t count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control = {0};
    int fds[8];
    for (size_t i = 0; i < count; i++) {
        fds[i] = fd;
    }
    struct iovec part = {.iov_base = (void *)message, .iov_len = strlen(message)};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header = (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    ck_assert_int_eq(sendmsg(socket, &header, 0), (ssize_t)strlen(message));
}

START_TEST(messages)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    char buffer[4] = {0};
    int fd = 77;
    ck_assert_int_eq(loader_send(ends[0], "abc", 3, -1), 0);
    ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), 3);
    ck_assert_int_eq(fd, -1);
    ck_assert_mem_eq(buffer, "abc", 3);
    ck_assert_int_eq(loader_send(ends[0], "abcd", 4, ends[0]), 0);
    ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), 4);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(loader_send(ends[0], "abcde", 5, -1), 0); /* too long */
    ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), -EBADMSG);
    size_t before = open_descriptors();
    for (size_t count = 2; count <= 8; count++) { /* too many, with and without truncation: none stays open */
        send_many(ends[0], "abc", ends[0], count);
        ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), -EBADMSG);
        ck_assert_uint_eq(open_descriptors(), before);
    }
    ck_assert_int_eq(loader_send(ends[0], "abcde", 5, ends[0]), 0); /* too long, with a descriptor */
    ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), -EBADMSG);
    ck_assert_uint_eq(open_descriptors(), before);
    ck_assert_int_eq(close(ends[0]), 0);
    ck_assert_int_eq(loader_receive(ends[1], buffer, sizeof buffer, &fd), 0);
    ck_assert_int_eq(loader_send(ends[1], "abc", 3, -1), -EPIPE); /* and no signal */
    ck_assert_int_eq(close(ends[1]), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loader wire");
    TCase *tests = check_case(suite, "wire");
    tcase_add_test(tests, names);
    tcase_add_test(tests, skipped_names);
    tcase_add_test(tests, request_sizes);
    tcase_add_test(tests, request_fields);
    tcase_add_test(tests, request_name_and_descriptor);
    tcase_add_test(tests, the_candidate_has_no_name_of_a_container);
    tcase_add_test(tests, replies);
    tcase_add_test(tests, words_for_enums);
    tcase_add_test(tests, sealed_text);
    tcase_add_test(tests, unsealed_text);
    tcase_add_test(tests, text_with_nul);
    tcase_add_test(tests, messages);
    return check_main(suite);
}
