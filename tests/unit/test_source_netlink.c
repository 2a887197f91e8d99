/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source: framing on crafted datagrams, by way of the file's own functions; reading, batches and a full buffer on a real
 * audit netlink socket. Anybody may open one and send a request that the kernel refuses: its refusal comes back as a message
 * from the kernel, with a netlink header of its own, and that is all the source looks at.
 */
#include "source_netlink.c" /* NOLINT(bugprone-suspicious-include): its take_message is what is tested */

#include "check_main.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

struct seen {
    unsigned records;
    unsigned batches;
    unsigned overruns;
    uint64_t dropped;
    uint32_t type;
    size_t length; /* of the body */
};

static void on_record(void *userdata, const struct armor_record *record)
{
    struct seen *seen = userdata;
    seen->records++;
    seen->type = record->type;
    seen->length = record->body.length;
}

static void on_batch(void *userdata)
{
    struct seen *seen = userdata;
    seen->batches++;
}

static void on_lost(void *userdata, uint64_t dropped, const char *where, const struct serials_gap *gap)
{
    struct seen *seen = userdata;
    ck_assert_int_eq(gap != NULL, strstr(where, "the gap in") != NULL);
    ck_assert(strstr(where, "full buffer") || strstr(where, "ended at") || strstr(where, "the gap in"));
    seen->overruns++;
    seen->dropped += dropped;
}

static const struct source_handler handler = {on_record, on_record, on_batch, on_lost};

/* A datagram as recvmmsg would leave it. */
struct datagram {
    uint32_t sender; /* nl_pid */
    socklen_t name;  /* bytes of the sender's address */
    uint32_t said;   /* nlmsg_len */
    unsigned length; /* bytes received */
    int flags;
    bool taken;
};

#define PAYLOAD "audit(1.000:1): bb" /* 18 bytes behind a header of 16 */

static const struct datagram datagrams[] = {
    {0, sizeof(struct sockaddr_nl), 34, 34, 0, true},          /* the multicast group's way */
    {0, sizeof(struct sockaddr_nl), 34, 36, 0, true},          /* padded */
    {0, sizeof(struct sockaddr_nl), 18, 34, 0, true},          /* auditd's way: without the header */
    {0, sizeof(struct sockaddr_nl), 16, 16, 0, false},         /* nothing but a header */
    {0, sizeof(struct sockaddr_nl), 26, 26, 0, false},         /* no whole stamp */
    {77, sizeof(struct sockaddr_nl), 34, 34, 0, false},        /* some process */
    {0, 0, 34, 34, 0, false},                                  /* no sender */
    {0, sizeof(struct sockaddr_nl), 34, 15, 0, false},         /* cut in the header */
    {0, sizeof(struct sockaddr_nl), 34, 34, MSG_TRUNC, false}, /* cut at the end */
    {0, sizeof(struct sockaddr_nl), 400, 34, 0, false},        /* says more than there is */
    {0, sizeof(struct sockaddr_nl), 26, 34, 0, false},         /* several in one */
    {0, sizeof(struct sockaddr_nl), 0, 34, 0, false},
    {0, sizeof(struct sockaddr_nl), UINT32_MAX, 34, 0, false},
};

START_TEST(framing)
{
    const struct datagram *datagram = &datagrams[_i];
    struct seen seen = {0};
    struct netlink *netlink = calloc(1, sizeof *netlink);
    netlink->source.handler = &handler;
    netlink->source.userdata = &seen;
    struct tray_slot *slot = calloc(1, sizeof *slot);
    slot->sender = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = datagram->sender};
    struct nlmsghdr header = {.nlmsg_len = datagram->said, .nlmsg_type = 1400};
    memcpy(slot->bytes, &header, sizeof header);
    memcpy(slot->bytes + sizeof header, PAYLOAD, sizeof PAYLOAD);
    struct mmsghdr message = {.msg_len = datagram->length,
                              .msg_hdr = {.msg_namelen = datagram->name, .msg_flags = datagram->flags}};
    take_message(&netlink->source, &message, slot);
    ck_assert_uint_eq(seen.records, datagram->taken);
    ck_assert_uint_eq(netlink->source.counters.messages, 1);
    ck_assert_uint_eq(netlink->source.counters.strangers + netlink->source.counters.bent, !datagram->taken);
    if (datagram->taken) {
        ck_assert_uint_eq(seen.type, 1400);
        ck_assert_uint_eq(seen.length, 2);
    }
    free(slot);
    free(netlink);
}
END_TEST

/* Give NETLINK a record of that NUMBER, as the kernel sends it. */
static void give(struct netlink *netlink, struct tray_slot *slot, unsigned number)
{
    char payload[64];
    int length = snprintf(payload, sizeof payload, "audit(1.000:%u): bb", number);
    struct nlmsghdr header = {.nlmsg_len = NLMSG_HDRLEN + (uint32_t)length, .nlmsg_type = 1400};
    slot->sender = (struct sockaddr_nl){.nl_family = AF_NETLINK};
    memcpy(slot->bytes, &header, sizeof header);
    memcpy(slot->bytes + sizeof header, payload, (size_t)length);
    const struct mmsghdr message = {.msg_len = header.nlmsg_len,
                                    .msg_hdr = {.msg_namelen = sizeof(struct sockaddr_nl)}};
    take_message(&netlink->source, &message, slot);
}

/* Judged when so many newer ones have passed that disorder is no excuse. */
START_TEST(a_gap_in_the_numbers_is_loss)
{
    struct seen seen = {0};
    struct netlink *netlink = calloc(1, sizeof *netlink);
    struct tray_slot *slot = calloc(1, sizeof *slot);
    netlink->source.handler = &handler;
    netlink->source.userdata = &seen;
    give(netlink, slot, 10);
    give(netlink, slot, 14); /* 11 and 13 never come, 12 does so late */
    give(netlink, slot, 12);
    ck_assert_uint_eq(seen.overruns, 0);
    for (unsigned number = 15; number < 15 + SERIALS_WINDOW; number++) {
        give(netlink, slot, number);
    }
    ck_assert_uint_eq(seen.dropped, 2);
    ck_assert_uint_eq(netlink->source.counters.dropped, 2);
    free(slot);
    free(netlink);
}
END_TEST

static sd_event *loop;
static struct source *source;
static struct seen seen;
static int audit;

static void open_audit(void)
{
    struct armor_error err = {0};
    audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
    ck_assert_msg(audit >= 0, "this kernel has no audit netlink: %s", strerror(errno));
    ck_assert_int_ge(sd_event_new(&loop), 0);
    seen = (struct seen){0};
    const struct source_config config = {.netlink = audit, .tray = -1, .kmsg = -1};
    ck_assert_msg(source_open(SOURCE_NETLINK, loop, &config, NULL, 0, &handler, &seen, &source, &err) == 1,
                  "%s", err.text);
    ck_assert_int_gt(sd_event_run(loop, 0), 0); /* the first look: nothing is there */
}

static void close_audit(void)
{
    source_free(source);
    (void)sd_event_unref(loop);
    (void)close(audit);
}

/* Have the kernel refuse COUNT requests. */
static void provoke(unsigned count)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct nlmsghdr request = {.nlmsg_len = sizeof request,
                               .nlmsg_type = 0x7fff,
                               .nlmsg_flags = NLM_F_REQUEST};
    for (unsigned i = 0; i < count; i++) {
        ssize_t sent = sendto(audit, &request, sizeof request, 0, (struct sockaddr *)&kernel, sizeof kernel);
        ck_assert_int_eq(sent, sizeof request);
    }
}

START_TEST(reads_what_the_kernel_sends)
{
    provoke(3);
    ck_assert_int_gt(sd_event_run(loop, 1000000), 0);
    ck_assert_uint_eq(seen.batches, 1);
    ck_assert_uint_eq(source_counters(source)->messages, 3);
    ck_assert_uint_eq(source_counters(source)->strangers, 0); /* its refusals are its own, and no records */
    ck_assert_uint_eq(source_counters(source)->bent, 3);
    ck_assert_int_eq(sd_event_run(loop, 0), 0); /* nothing more: no wake-up */
}
END_TEST

START_TEST(batches_are_bounded)
{
    int size = 1 << 20;
    (void)setsockopt(audit, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    (void)setsockopt(audit, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    provoke(300);
    ck_assert_int_gt(sd_event_run(loop, 1000000), 0);
    ck_assert_uint_eq(seen.batches, 1);
    ck_assert_uint_eq(source_counters(source)->messages, SOURCE_BATCH);
    ck_assert_uint_eq(source_drain(source, 10), 300 - SOURCE_BATCH);
    ck_assert_uint_eq(source_counters(source)->messages, 300);
    ck_assert_uint_eq(seen.batches, (300 + SOURCE_BATCH - 1) / SOURCE_BATCH);
}
END_TEST

START_TEST(a_full_buffer_is_one_episode_with_its_count)
{
    int size = 4096;
    ck_assert_int_eq(setsockopt(audit, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    provoke(200);
    while (source_drain(source, 1) > 0) {
    }
    ck_assert_uint_eq(seen.overruns, 1);
    ck_assert_uint_gt(seen.dropped, 0);
    ck_assert_uint_eq(source_counters(source)->messages + seen.dropped, 200);
    ck_assert_uint_eq(source_counters(source)->dropped, seen.dropped);
    provoke(1);
    ck_assert_uint_eq(source_drain(source, 1), 1);
    ck_assert_uint_eq(seen.overruns, 1);
}
END_TEST

/* Another armord, with a tray of its own in *MEMORY, reads what waits and is killed before it has kept it. */
static void be_killed(int memory, unsigned messages, bool taking)
{
    struct tray *tray = NULL;
    struct armor_error err = {0};
    ck_assert_int_eq(ftruncate(memory, sizeof *tray), 0);
    ck_assert_int_eq(tray_open(memory, &tray, &err), 0);
    tray_prepare(tray, 0, TRAY_SLOTS);
    ck_assert_int_eq(recvmmsg(audit, tray->headers, TRAY_SLOTS, MSG_DONTWAIT, NULL), (int)messages);
    tray->taking = taking;
    tray_close(tray);
}

START_TEST(what_a_killed_one_had_read_is_taken)
{
    int memory = memfd_create("tray", MFD_CLOEXEC);
    provoke(5);
    be_killed(memory, 5, _i == 1);
    source_free(source);
    const struct source_config config = {.netlink = audit, .tray = memory, .kmsg = -1};
    ck_assert_int_eq(source_open(SOURCE_NETLINK, loop, &config, NULL, 0, &handler, &seen, &source, NULL), 1);
    provoke(2);
    ck_assert_uint_eq(source_drain(source, 10), _i == 1 ? 2 : 7);
    ck_assert_uint_eq(source_counters(source)->dropped, _i == 1 ? 5 : 0);
    source_free(source);
    ck_assert_int_eq(source_open(SOURCE_NETLINK, loop, &config, NULL, 0, &handler, &seen, &source, NULL), 1);
    ck_assert_uint_eq(source_drain(source, 10), 0); /* once */
    (void)close(memory);
}
END_TEST

/* FD isn't the kernel's audit netlink: CODE. */
static void refused(sd_event *event, int fd, int code)
{
    struct source *other = NULL;
    struct armor_error err = {0};
    const struct source_config config = {.netlink = fd, .tray = -1, .kmsg = -1};
    ck_assert_int_eq(source_open(SOURCE_NETLINK, event, &config, NULL, 0, &handler, NULL, &other, &err),
                     code);
    ck_assert_ptr_null(other);
    if (fd >= 0) {
        (void)close(fd);
    }
}

START_TEST(other_descriptors_are_refused)
{
    sd_event *event;
    int pair[2];
    ck_assert_int_ge(sd_event_new(&event), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    refused(event, pair[0], -EPROTOTYPE);
    refused(event, pair[1], -EPROTOTYPE);
    refused(event, socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), -EPROTOTYPE);
    refused(event, open("/dev/null", O_RDONLY), -ENOTSOCK);
    refused(event, -1, -ENOENT);
    source_free(NULL);
    (void)sd_event_unref(event);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *crafted = check_case(suite, "framing");
    tcase_add_loop_test(crafted, framing, 0, LENGTH(datagrams));
    tcase_add_test(crafted, a_gap_in_the_numbers_is_loss);
    tcase_add_test(crafted, other_descriptors_are_refused);
    TCase *real = check_case(suite, "kernel");
    tcase_add_checked_fixture(real, open_audit, close_audit);
    tcase_add_test(real, reads_what_the_kernel_sends);
    tcase_add_test(real, batches_are_bounded);
    tcase_add_test(real, a_full_buffer_is_one_episode_with_its_count);
    tcase_add_loop_test(real, what_a_killed_one_had_read_is_taken, 0, 2);
    return check_main(suite);
}
