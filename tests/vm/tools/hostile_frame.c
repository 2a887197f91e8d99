/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol itself: what a message and its descriptors may not be. See hostile.h. */
#include "hostile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK };

/* Frames: every length that is wrong, every single bit of a sound one. */
void attack_frames(void)
{
    char *profile = talk_text(&(struct talk_text){.name = NULL});
    size_t length = strlen(profile);
    int fd = talk_memfd((struct armor_slice){profile, length}, SEALS);
    struct loader_request sound = talk_request(LOADER_LOAD, MINE);
    sound.text_length = (uint32_t)length;
    char big[64 * 1024];
    memset(big, 0, sizeof big);
    memcpy(big, &sound, sizeof sound);
    const size_t sizes[] = {1, 4, sizeof sound / 2, sizeof sound - 1, sizeof sound + 1, 4096, sizeof big};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char what[64];
        struct talk_answer answer = talk(big, sizes[i], &fd, 1);
        (void)snprintf(what, sizeof what, "a frame of %zu bytes", sizes[i]);
        expect_refusal(what, sizes[i] <= sizeof sound ? "bytes instead of" : NULL, &answer);
    }
    size_t held = 0;
    for (size_t bit = 0; bit < 8 * sizeof sound; bit++) {
        char bent[sizeof sound];
        memcpy(bent, &sound, sizeof bent);
        bent[bit / 8] = (char)(bent[bit / 8] ^ 1 << bit % 8);
        struct talk_answer answer = talk(bent, sizeof bent, &fd, 1);
        held += answer.came && answer.reply.code < 0;
    }
    char said[64];
    (void)snprintf(said, sizeof said, "%zu of %zu refused", held, 8 * sizeof sound);
    report(held == 8 * sizeof sound, "a frame with one bit bent, for each bit", said);
    (void)close(fd);
    free(profile);
}

/* Descriptors: none, too many, of what is no sealed memfd, and where none belongs. An old request comes without its text. */
void attack_descriptors(void)
{
    char *profile = talk_text(&(struct talk_text){.name = NULL});
    struct armor_slice text = armor_slice_of(profile);
    struct loader_request load = talk_request(LOADER_LOAD, MINE);
    struct loader_request inspect = talk_request(LOADER_INSPECT, MINE);
    struct loader_request removal = talk_request(LOADER_REMOVE, MINE);
    load.text_length = (uint32_t)text.length;
    int pipes[2] = {-1, -1};
    int sockets[2] = {-1, -1};
    char path[] = "/tmp/hostile.XXXXXX";
    int file = mkstemp(path);
    bool made = pipe(pipes) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0 && file >= 0 &&
                unlink(path) == 0 && write(file, text.bytes, text.length) == (ssize_t)text.length;
    report(made, "descriptors for what follows", "");
    const int sealed = talk_memfd(text, SEALS);
    const struct {
        const char *what, *sentence;
        const struct loader_request *request;
        int fd;
    } attempts[] = {
        {"an old request again, without its text", "descriptor", &load, -1},
        {"a memfd without seals", "sealed", &load, talk_memfd(text, 0)},
        {"a memfd that may still be written", "sealed", &load, talk_memfd(text, F_SEAL_GROW | F_SEAL_SHRINK)},
        {"a memfd with less in it than said", "the request said", &load,
         talk_memfd((struct armor_slice){text.bytes, text.length - 1}, SEALS)},
        {"a memfd with more in it than said", "the request said", &load,
         talk_memfd((struct armor_slice){profile, text.length + 1}, SEALS)},
        {"a file", "sealed", &load, file},
        {"a pipe", "sealed", &load, pipes[0]},
        {"a socket", "sealed", &load, sockets[0]},
        {"a directory", "sealed", &load, open("/", O_RDONLY | O_DIRECTORY)},
        {"a device", "sealed", &load, open("/dev/zero", O_RDONLY)},
        {"a path", "sealed", &load, open("/etc/apparmor.d", O_PATH)},
        {"a descriptor with inspect", "descriptor", &inspect, sealed},
        {"a descriptor with remove", "descriptor", &removal, sealed},
    };
    for (size_t i = 0; i < COUNT(attempts); i++) {
        struct talk_answer answer =
            talk(attempts[i].request, sizeof *attempts[i].request, &attempts[i].fd, attempts[i].fd >= 0);
        expect_refusal(attempts[i].what, attempts[i].sentence, &answer);
    }
    const int many[TALK_DESCRIPTORS_MAX] = {sealed, sealed, sealed, sealed, sealed, sealed, sealed, sealed};
    struct talk_answer answer = talk(&load, sizeof load, many, 2);
    expect_refusal("two descriptors", NULL, &answer);
    answer = talk(&load, sizeof load, many, COUNT(many));
    expect_refusal("eight descriptors", NULL, &answer);
    free(profile); /* the program ends soon, and with it its descriptors */
}
