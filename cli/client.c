/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to armord by libcurl. See client.h. */
#include "client.h"

#include "armor/text.h"
#include "print.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>

enum {
    STREAM_LINE_MAX = 256 * 1024
}; /* bytes of one line of an event stream; a record's JSON is far below */

struct transfer {
    struct cli *cli;
    CURL *curl;
    struct armor_text body; /* answer, or the line of the stream that isn't whole yet */
    bool stopped;           /* TAKE has seen enough */

    bool (*take)(const struct client_message *message, void *userdata); /* NULL: not a stream */
    void *userdata;
    struct armor_text id, topic, data; /* of the message that isn't whole yet */
};

static void curl_cleanup(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

static void headers_cleanup(struct curl_slist **headers)
{
    curl_slist_free_all(*headers);
}

static void transfer_done(struct transfer *transfer)
{
    armor_text_done(&transfer->body);
    armor_text_done(&transfer->id);
    armor_text_done(&transfer->topic);
    armor_text_done(&transfer->data);
}

/* A line of an event stream, as the HTML standard's section on server-sent events has it. */
static void take_stream_line(struct transfer *transfer, struct armor_slice line)
{
    if (line.length == 0) {
        if (transfer->data.length > 0) {
            struct client_message message = {
                {transfer->id.bytes, transfer->id.length},
                {transfer->topic.bytes, transfer->topic.length},
                {transfer->data.bytes, transfer->data.length},
            };
            transfer->stopped = !transfer->take(&message, transfer->userdata);
        }
        armor_text_done(&transfer->topic);
        armor_text_done(&transfer->data);
        return;
    }
    const struct {
        struct armor_slice name;
        struct armor_text *field;
    } fields[] = {
        {ARMOR_SLICE("id:"), &transfer->id},
        {ARMOR_SLICE("event:"), &transfer->topic},
        {ARMOR_SLICE("data:"), &transfer->data},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (armor_slice_starts(line, fields[i].name)) {
            size_t skip = fields[i].name.length;
            skip += skip < line.length && line.bytes[skip] == ' ';
            armor_text_done(fields[i].field);
            armor_text_slice(fields[i].field, (struct armor_slice){line.bytes + skip, line.length - skip});
        }
    }
}

/* libcurl's write callback: fewer bytes than given out ends the transfer. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t take_bytes(char *bytes, size_t size, size_t count, void *userdata)
{
    struct transfer *transfer = userdata;
    size_t length = size * count;
    long status = 0;
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    if (!transfer->take || status / 100 != 2) {
        armor_text_slice(&transfer->body, (struct armor_slice){bytes, length});
        return transfer->body.error ? 0 : length;
    }
    size_t begin = 0;
    for (size_t i = 0; i < length && !transfer->stopped; i++) {
        if (bytes[i] == '\n') {
            armor_text_slice(&transfer->body, (struct armor_slice){bytes + begin, i - begin});
            if (transfer->body.error) {
                return 0;
            }
            take_stream_line(transfer, (struct armor_slice){transfer->body.bytes, transfer->body.length});
            armor_text_done(&transfer->body);
            begin = i + 1;
        }
    }
    if (transfer->stopped) {
        return 0;
    }
    armor_text_slice(&transfer->body, (struct armor_slice){bytes + begin, length - begin});
    return transfer->body.error ? 0 : length;
}

void client_print_gates(FILE *out, const json_t *gates)
{
    const json_t *gate = NULL;
    size_t i = 0;
    json_array_foreach(gates, i, gate)
    {
        const char *verdict = json_string_value(json_object_get(gate, "verdict"));
        bool overridden = json_is_true(json_object_get(gate, "overridden"));
        (void)fprintf(out, "  %-10s %-10s ", json_string_value(json_object_get(gate, "gate")),
                      overridden ? "overridden"
                      : verdict  ? verdict
                                 : "-");
        print_safe(out, json_string_value(json_object_get(gate, "reason")));
        (void)fputc('\n', out);
        const json_t *line = NULL;
        size_t j = 0;
        json_array_foreach(json_object_get(gate, "evidence"), j, line)
        {
            (void)fputs("                          ", out);
            print_safe(out, json_string_value(line));
            (void)fputc('\n', out);
        }
    }
}

/* The answer is no 2xx: say it and what to do, and choose the exit code. */
static int explain_problem(struct cli *cli, long status, const json_t *problem)
{
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    if (!detail) {
        return cli_refuse(cli, CLI_REFUSED, "Is this socket armord's, and of the same version?",
                          "The answer has status %ld and isn't armord's.", status);
    }
    if (cli->json) {
        (void)json_dumpf(problem, cli->out, JSON_INDENT(2));
        (void)fputc('\n', cli->out);
    }
    (void)fputs("armorctl: ", cli->err);
    print_safe(cli->err, detail);
    (void)fputc('\n', cli->err);
    client_print_gates(cli->err, json_object_get(problem, "gates"));
    static const char *const keys[] = {"left", "advice"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *sentence = json_string_value(json_object_get(problem, keys[i]));
        if (sentence && sentence[0]) {
            print_safe(cli->err, sentence);
            (void)fputc('\n', cli->err);
        }
    }
    return status == 403 ? CLI_FORBIDDEN : CLI_REFUSED;
}

/*
 * The transfer itself failed: say why and what to do. SYSTEM: the errno of connect(2), where CODE says it
 * failed.
 */
static int explain_failure(struct cli *cli, CURLcode code, long system, const char *path)
{
    if (code == CURLE_COULDNT_CONNECT && (system == EACCES || system == EPERM)) {
        return cli_refuse(
            cli, CLI_FORBIDDEN,
            "Use sudo, or have an administrator add you to the group armord (to read) or armord-admin (to "
            "change), and log in again.",
            "You may not use %s.", path);
    }
    if (code == CURLE_COULDNT_CONNECT) {
        return cli_refuse(cli, CLI_UNREACHABLE,
                          "Start it: systemctl start armord. Its log: journalctl -u armord.",
                          "armord isn't running: nobody listens on %s.", path);
    }
    if (code == CURLE_WRITE_ERROR) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "The answer is too large, or there is no memory for it.");
    }
    return cli_refuse(cli, CLI_UNREACHABLE, "Has it stopped? See journalctl -u armord.",
                      "armord did not answer on %s: %s.", path, curl_easy_strerror(code));
}

static CURLcode prepare(struct transfer *transfer, const char *method, const char *path, const char *body,
                        struct curl_slist **headers)
{
    CURL *curl = transfer->curl;
    char url[512];
    (void)snprintf(url, sizeof url, "http://armord%s", path);
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_PROXY, "");
    code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    code = code ? code : curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
    if (!transfer->take) {
        code = code ? code : curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    }
    if (strcmp(method, "POST") == 0) {
        *headers = curl_slist_append(NULL, "Content-Type: application/json");
        code = code ? code : *headers ? CURLE_OK : CURLE_OUT_OF_MEMORY;
        code = code ? code : curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
        code = code ? code : curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        code = code ? code : curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
    }
    return code;
}

/* Go over the sockets in turn. *RET_STATUS is of HTTP on CLI_DONE. */
static int perform(struct transfer *transfer, const char *method, const char *path, const char *body,
                   long *ret_status)
{
    struct cli *cli = transfer->cli;
    ARMOR_CLEANUP(curl_cleanup) CURL *curl = curl_easy_init();
    ARMOR_CLEANUP(headers_cleanup) struct curl_slist *headers = NULL;
    transfer->curl = curl;
    if (!curl || prepare(transfer, method, path, body, &headers) != CURLE_OK) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    const char *given = cli_value(cli, CLI_OPTION_SOCKET);
    const char *sockets[] = {given ? given : CLIENT_CONTROL_SOCKET, given ? NULL : CLIENT_READ_SOCKET};
    size_t most = strcmp(method, "GET") == 0 && sockets[1] ? 2 : 1;
    CURLcode code = CURLE_OK;
    long system = 0;
    size_t i = 0;
    for (;; i++) {
        system = 0;
        code = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, sockets[i]);
        code = code ? code : curl_easy_perform(curl);
        (void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &system);
        if (code != CURLE_COULDNT_CONNECT || i + 1 == most || (system != EACCES && system != EPERM)) {
            break;
        }
    }
    if (code != CURLE_OK && !transfer->stopped) {
        return explain_failure(cli, code, system, sockets[i]);
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    return CLI_DONE;
}

int client_ask(struct cli *cli, const char *method, const char *path, const json_t *body,
               struct client_answer *ret_answer)
{
    ARMOR_CLEANUP(transfer_done)
    struct transfer transfer = {.cli = cli, .body = ARMOR_TEXT_INIT(CLIENT_ANSWER_MAX)};
    char *text = json_dumps(body, JSON_COMPACT);
    long status = 0;
    int code = perform(&transfer, method, path, text ? text : "", &status);
    free(text);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *json = json_loadb(transfer.body.bytes ? transfer.body.bytes : "", transfer.body.length, 0, NULL);
    struct client_answer answer = {.status = status, .json = json};
    if (armor_text_take(&transfer.body, &answer.text) < 0) {
        json_decref(json);
        return cli_refuse(cli, CLI_REFUSED, NULL, "Out of memory.");
    }
    *ret_answer = answer;
    return CLI_DONE;
}

int client_explain(struct cli *cli, const struct client_answer *answer)
{
    return explain_problem(cli, answer->status, answer->json);
}

int client_call(struct cli *cli, const char *method, const char *path, const json_t *body,
                struct client_answer *ret_answer)
{
    ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
    int code = client_ask(cli, method, path, body, &answer);
    if (code != CLI_DONE) {
        return code;
    }
    if (answer.status / 100 != 2) {
        return client_explain(cli, &answer);
    }
    const char *advice = json_string_value(json_object_get(answer.json, "advice"));
    if (advice) {
        print_safe(cli->err, advice);
        (void)fputc('\n', cli->err);
    }
    *ret_answer = answer;
    answer = (struct client_answer){0};
    return CLI_DONE;
}

void client_answer_done(struct client_answer *answer)
{
    free(answer->text);
    json_decref(answer->json);
    *answer = (struct client_answer){0};
}

int client_follow(struct cli *cli, const char *path,
                  bool (*take)(const struct client_message *message, void *userdata), void *userdata)
{
    ARMOR_CLEANUP(transfer_done)
    struct transfer transfer = {
        .cli = cli,
        .take = take,
        .userdata = userdata,
        .body = ARMOR_TEXT_INIT(STREAM_LINE_MAX),
        .id = ARMOR_TEXT_INIT(STREAM_LINE_MAX),
        .topic = ARMOR_TEXT_INIT(STREAM_LINE_MAX),
        .data = ARMOR_TEXT_INIT(STREAM_LINE_MAX),
    };
    long status = 0;
    int code = perform(&transfer, "GET", path, "", &status);
    if (code != CLI_DONE || status / 100 == 2) {
        return code;
    }
    json_auto_t *problem =
        json_loadb(transfer.body.bytes ? transfer.body.bytes : "", transfer.body.length, 0, NULL);
    return explain_problem(cli, status, problem);
}
