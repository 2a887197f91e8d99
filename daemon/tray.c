/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tray: a mapping of a memfd that systemd keeps a descriptor of. See tray.h. */
#include "tray.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* Another layout is another size, most likely; one that isn't is to have another number. */
#define TRAY_MAGIC (UINT64_C(0x7472617900000000) + sizeof(struct tray))

static struct tray *map(int fd)
{
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0 || status.st_size != sizeof(struct tray)) {
        return NULL;
    }
    struct tray *tray = mmap(NULL, sizeof *tray, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return tray == MAP_FAILED ? NULL : tray;
}

/* New memory. systemd keeps it under its name until the service stops; where there is no systemd it is ours alone. */
static struct tray *make(void)
{
    int fd = memfd_create("armord-tray", MFD_CLOEXEC);
    struct tray *tray = fd >= 0 && ftruncate(fd, sizeof *tray) == 0 ? map(fd) : NULL;
    if (tray) {
        tray->magic = TRAY_MAGIC;
        (void)sd_notify(0, "FDSTOREREMOVE=1\nFDNAME=tray");
        (void)sd_pid_notify_with_fds(0, false, "FDSTORE=1\nFDNAME=tray", &fd, 1);
    }
    if (fd >= 0) {
        int code = errno;
        (void)close(fd);
        errno = code;
    }
    return tray;
}

int tray_open(int fd, struct tray **ret_tray, struct armor_error *err)
{
    struct tray *tray = map(fd);
    if (tray && tray->magic == 0) {
        tray->magic = TRAY_MAGIC; /* nobody had it before */
    }
    if (tray && tray->magic != TRAY_MAGIC) {
        tray_close(tray);
        tray = NULL;
    }
    tray = tray ? tray : make();
    if (!tray) {
        int code = -errno;
        return armor_error_set(err, code, "there is no memory for audit messages: %s", strerror(-code));
    }
    *ret_tray = tray;
    return 0;
}

void tray_prepare(struct tray *tray, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        struct tray_slot *slot = &tray->slots[i];
        slot->vector = (struct iovec){slot->bytes, sizeof slot->bytes};
        tray->headers[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &slot->sender,
                                                        .msg_namelen = sizeof slot->sender,
                                                        .msg_iov = &slot->vector,
                                                        .msg_iovlen = 1}};
    }
}

size_t tray_count(const struct tray *tray)
{
    size_t count = 0;
    for (size_t i = 0; i < TRAY_SLOTS; i++) {
        count += tray->headers[i].msg_len > 0;
    }
    return count;
}

void tray_clear(struct tray *tray)
{
    for (size_t i = 0; i < TRAY_SLOTS; i++) {
        tray->headers[i].msg_len = 0;
    }
    tray->taking = 0;
}

void tray_close(struct tray *tray)
{
    if (tray) {
        (void)munmap(tray, sizeof *tray);
    }
}
