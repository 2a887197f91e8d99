/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's API over its Unix socket, by libcurl: /containers/ID/json, /images/NAME/json (docs.docker.com/reference/api/engine). See runtime.h. */
#include "runtime.h"

#include "armor/limits.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

enum {
    CONNECT_SECONDS = 5,
    ANSWER_SECONDS = 10, /* an engine answers from memory */
    SOCKETS_MAX = 5,
    PING_BYTES = 4096,      /* of the answer to a ping; it is "OK" */
    LINE_BYTES = 64 * 1024, /* of an event */
};

struct sockets {
    char paths[SOCKETS_MAX][ARMOR_PATH_MAX];
    size_t count;
};

static void curl_cleanup(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

static void add(struct sockets *sockets, const char *directory, const char *path)
{
    if (directory && directory[0] == '/' && sockets->count < SOCKETS_MAX) {
        (void)snprintf(sockets->paths[sockets->count++], ARMOR_PATH_MAX, "%s%s", directory, path);
    }
}

/* The one that was given, or that the client of Docker would use; otherwise the usual ones. */
static void find_sockets(const struct cli *cli, struct sockets *sockets)
{
    static const char scheme[] = "unix://";
    const char *given = cli_value(cli, CLI_OPTION_RUNTIME_SOCKET);
    const char *host = getenv("DOCKER_HOST");
    const char *own = getenv("XDG_RUNTIME_DIR");
    if (given) {
        (void)snprintf(sockets->paths[sockets->count++], ARMOR_PATH_MAX, "%s", given);
        return;
    }
    if (host && strncmp(host, scheme, sizeof scheme - 1) == 0) {
        add(sockets, host + sizeof scheme - 1, "");
        return;
    }
    add(sockets, "/var/run/docker.sock", "");
    add(sockets, "/run/podman/podman.sock", "");
    add(sockets, own, "/docker.sock");
    add(sockets, own, "/podman/podman.sock");
}

/* libcurl's write callback: fewer bytes than given out ends the transfer. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t take_bytes(char *bytes, size_t size, size_t count, void *userdata)
{
    struct armor_text *text = userdata;
    armor_text_slice(text, (struct armor_slice){bytes, size * count});
    return text->error ? 0 : size * count;
}

/* What an answer goes to: TEXT alone, or line by line to TAKE. */
struct answer {
    struct armor_text *text;
    bool (*take)(struct armor_slice line, void *userdata); /* NULL: all of it is wanted */
    void *userdata;
    bool stopped; /* TAKE has enough */
};

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t take_lines(char *bytes, size_t size, size_t count, void *userdata)
{
    struct answer *answer = userdata;
    struct armor_text *line = answer->text;
    for (size_t i = 0; i < size * count && !answer->stopped; i++) {
        if (bytes[i] != '\n') {
            armor_text_char(line, bytes[i]);
        } else if (!line->error) {
            answer->stopped =
                !answer->take((struct armor_slice){line->bytes, line->length}, answer->userdata);
            line->length = 0;
        }
    }
    return line->error || answer->stopped ? 0 : size * count;
}

/* GET PATH of SOCKET into ANSWER. Returns the status of HTTP, or negative as runtime_inspect. */
static int get(const char *socket, const char *path, struct answer *answer, struct armor_error *err)
{
    ARMOR_CLEANUP(curl_cleanup) CURL *curl = curl_easy_init();
    struct armor_text *text = answer->text;
    char url[2 * ARMOR_NAME_MAX + ARMOR_PATH_MAX];
    (void)snprintf(url, sizeof url, "http://localhost%s", path);
    CURLcode code = curl ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    code = code ? code : curl_easy_setopt(curl, CURLOPT_URL, url);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    code = code ? code : curl_easy_setopt(curl, CURLOPT_PROXY, "");
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    if (answer->take) {
        code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_lines);
        code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    } else {
        code = code ? code : curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
        code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
        code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
    }
    code = code ? code : curl_easy_perform(curl);
    long system = 0;
    long status = 0;
    if (code == CURLE_OK || answer->stopped) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        return (int)status;
    }
    if (curl) {
        (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system);
    }
    if (code == CURLE_OUT_OF_MEMORY || text->error == -ENOMEM) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    if (text->error == -E2BIG) {
        return armor_error_set(err, -E2BIG, "%.100s answers with over %zu bytes", socket, text->limit);
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return armor_error_set(err, -ETIMEDOUT, "%.100s doesn't answer within %d seconds", socket,
                               ANSWER_SECONDS);
    }
    if (code == CURLE_COULDNT_CONNECT) {
        int cause = system > 0 ? (int)system : ECONNREFUSED;
        return armor_error_set(err, -cause, "%.100s can't be asked: %s", socket, strerror(cause));
    }
    return armor_error_set(err, -EPROTO, "%.100s gives no answer that can be read: %s", socket,
                           curl_easy_strerror(code));
}

/* WHAT of SOCKET, as a container and then as an image. Returns 1, 0 when it has neither, or negative. */
static int ask(const char *socket, const char *what, struct armor_text *text, bool *ret_image,
               struct armor_error *err)
{
    static const char *const kinds[] = {"containers", "images"};
    for (size_t i = strpbrk(what, "/:@") ? 1 : 0; i < 2; i++) { /* a container's name has none of these */
        char path[ARMOR_PATH_MAX];
        (void)snprintf(path, sizeof path, "/%s/%s/json", kinds[i], what);
        armor_text_done(text);
        struct answer answer = {.text = text};
        int status = get(socket, path, &answer, err);
        if (status < 0 || status == 200) {
            *ret_image = i == 1;
            return status < 0 ? status : 1;
        }
        if (status != 404) {
            return armor_error_set(err, -EPROTO, "%.100s answers with status %d, and isn't an engine's API",
                                   socket, status);
        }
    }
    return 0;
}

int runtime_open(const struct cli *cli, struct runtime *ret_runtime, struct armor_error *err)
{
    struct sockets *sockets = calloc(1, sizeof *sockets);
    struct armor_error first = {0};
    if (!sockets) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    find_sockets(cli, sockets);
    int status = -ENOENT;
    for (size_t i = 0; i < sockets->count && status != 200; i++) {
        ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(PING_BYTES);
        struct answer answer = {.text = &text};
        struct armor_error inner = {0};
        status = get(sockets->paths[i], "/_ping", &answer, &inner);
        if (status == 200) {
            memcpy(ret_runtime->socket, sockets->paths[i], sizeof ret_runtime->socket);
        } else if (status >= 0) {
            status = armor_error_set(&inner, -EPROTO, "%.100s isn't an engine's API", sockets->paths[i]);
        }
        if (status < 0 && status != -ENOENT && !first.code) {
            first = inner;
        }
    }
    free(sockets);
    if (status == 200) {
        return 0;
    }
    return first.code ? armor_error_set(err, first.code, "%s", first.text)
                      : armor_error_set(err, -ENOENT,
                                        "there is no socket of Docker or Podman to ask: name it with "
                                        "--runtime-socket");
}

int runtime_get(const struct runtime *runtime, const char *path, struct armor_text *text,
                struct armor_error *err)
{
    struct answer answer = {.text = text};
    return get(runtime->socket, path, &answer, err);
}

int runtime_follow(const struct runtime *runtime, const char *path,
                   bool (*take)(struct armor_slice line, void *userdata), void *userdata,
                   struct armor_error *err)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text line = ARMOR_TEXT_INIT(LINE_BYTES);
    struct answer answer = {.text = &line, .take = take, .userdata = userdata};
    int status = get(runtime->socket, path, &answer, err);
    if (status >= 0 && status != 200) {
        return armor_error_set(err, -EPROTO, "%.100s answers with status %d", runtime->socket, status);
    }
    return status < 0 ? status : 0;
}

/* A name, an ID, or an image's reference: nothing that means something in a path or a query. */
static bool is_name(const char *what)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/:@";
    return what[0] && what[0] != '/' && what[0] != '.' && strlen(what) < 512 &&
           what[strspn(what, plain)] == '\0' && !strstr(what, "..") && !strstr(what, "//");
}

int runtime_inspect(const struct cli *cli, const char *what, size_t limit, struct armor_text *text,
                    bool *ret_image, struct armor_error *err)
{
    struct sockets *sockets = calloc(1, sizeof *sockets);
    struct armor_error first = {0}; /* of a socket that is there */
    bool asked = false;
    int code = sockets ? 0 : -ENOMEM;
    if (!is_name(what)) {
        free(sockets);
        return armor_error_set(err, -EINVAL, "'%.60s' is no file, and no container's or image's name", what);
    }
    text->limit = limit;
    if (sockets) {
        find_sockets(cli, sockets);
    }
    for (size_t i = 0; sockets && i < sockets->count && code == 0; i++) {
        struct armor_error inner = {0};
        code = ask(sockets->paths[i], what, text, ret_image, &inner);
        asked = asked || code >= 0;
        if (code < 0 && code != -ENOENT && !first.code) {
            first = inner;
        }
        code = code < 0 ? 0 : code;
    }
    free(sockets);
    if (code > 0) {
        return 0;
    }
    if (!sockets) {
        return armor_error_set(err, -ENOMEM, "out of memory");
    }
    if (first.code) {
        return armor_error_set(err, first.code, "%s", first.text);
    }
    return asked ? armor_error_set(err, -ENOENT, "there is no container and no image '%.100s'", what)
                 : armor_error_set(err, -ENOENT,
                                   "'%.60s' is no file, and there is no socket of Docker or Podman to ask "
                                   "for it: name it with "
                                   "--runtime-socket, or give a file that docker inspect wrote",
                                   what);
}
