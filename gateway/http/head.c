/* The head in one pass over its lines. The reader has already made sure that every line ends with CR LF, that the last
 * one is empty and that there is no control byte but the tab. What is checked here is the grammar of RFC 9110 and 9112,
 * and everything that frames the body. */
#include "gateway/http/head.h"

#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "gateway/http/percent.h"

enum { TOKEN = 1, PATH = 2, HOST = 4 };

#define ALNUM (TOKEN | PATH | HOST)
static const unsigned char classes[256] = {
    ['0' ... '9'] = ALNUM, ['A' ... 'Z'] = ALNUM, ['a' ... 'z'] = ALNUM, ['-'] = ALNUM,        ['.'] = ALNUM,
    ['_'] = ALNUM,         ['!'] = TOKEN | PATH,  ['$'] = TOKEN | PATH,  ['%'] = TOKEN | PATH, ['&'] = TOKEN | PATH,
    ['\''] = TOKEN | PATH, ['*'] = TOKEN | PATH,  ['+'] = TOKEN | PATH,  ['~'] = TOKEN | PATH, ['#'] = TOKEN,
    ['^'] = TOKEN,         ['`'] = TOKEN,         ['|'] = TOKEN,         ['('] = PATH,         [')'] = PATH,
    [','] = PATH,          [';'] = PATH,          ['='] = PATH,          ['@'] = PATH,         ['/'] = PATH,
    [':'] = PATH | HOST,   ['['] = HOST,          [']'] = HOST,
};

static bool is(char c, unsigned class)
{
    return (classes[(unsigned char)c] & class) != 0;
}

static const char *const method_names[HTTP_METHODS] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

/* What the parser must remember between the request line and the end of the fields. */
struct parse {
    struct http_head *head;
    struct http_refusal *refusal;
    char *spare; /* where the decoded path goes */
    const char *authority;
    size_t authority_length; /* 0: the target is a plain path */
    unsigned hosts, lengths, encodings;
};

static int refuse(struct parse *parse, int status, const char *reason)
{
    parse->refusal->status = status;
    parse->refusal->reason = reason;
    return -1;
}

static bool has_dot_segment(const char *path)
{
    for (const char *slash = path; slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t length = strcspn(slash + 1, "/");
        if ((length == 1 && slash[1] == '.') || (length == 2 && slash[1] == '.' && slash[2] == '.'))
            return true;
    }
    return false;
}

static int read_path(struct parse *parse, char *path, size_t length)
{
    struct http_head *head = parse->head;
    for (size_t i = 0; i < length; i++) {
        if (!is(path[i], PATH))
            return refuse(parse, 400, "The path holds a character that must be encoded.");
    }
    head->raw_path = path;
    head->path = path;
    if (memchr(path, '%', length) != NULL) {
        if (percent_decode(parse->spare, path, length, false) < 0)
            return refuse(parse, 400, "The path is badly encoded.");
        head->path = parse->spare;
    }
    if (has_dot_segment(head->path))
        return refuse(parse, 400, "The path holds a dot segment.");
    return 0;
}

static int read_query(struct parse *parse, const char *query, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is(query[i], PATH) && query[i] != '?')
            return refuse(parse, 400, "The query holds a character that must be encoded.");
        if (query[i] == '%' && (length - i < 3 || hex_digit(query[i + 1]) < 0 || hex_digit(query[i + 2]) < 0))
            return refuse(parse, 400, "The query is badly encoded.");
    }
    parse->head->query = query;
    return 0;
}

/* Cuts "http://authority" off an absolute target; the authority is compared with Host once that is known. */
static char *skip_authority(struct parse *parse, char *target, char *end)
{
    size_t scheme = 0;
    if (end - target > 7 && strncasecmp(target, "http://", 7) == 0)
        scheme = 7;
    else if (end - target > 8 && strncasecmp(target, "https://", 8) == 0)
        scheme = 8;
    if (scheme == 0)
        return target;
    char *at = target + scheme;
    parse->authority = at;
    while (at < end && is(*at, HOST))
        at++;
    parse->authority_length = (size_t)(at - parse->authority);
    return parse->authority_length > 0 ? at : target;
}

/* `end` is the space behind the target, which becomes its NUL. */
static int read_target(struct parse *parse, char *target, char *end)
{
    char *path = skip_authority(parse, target, end);
    *end = '\0';
    char *mark = memchr(path, '?', (size_t)(end - path));
    char *path_end = mark != NULL ? mark : end;
    parse->head->query = "";
    if (mark != NULL) {
        *mark = '\0';
        if (read_query(parse, mark + 1, (size_t)(end - mark - 1)) != 0)
            return -1;
    }
    if (path == path_end && parse->authority_length > 0) {
        parse->head->raw_path = parse->head->path = "/";
        return 0;
    }
    if (*path != '/')
        return refuse(parse, 400, "The request target is not a path.");
    return read_path(parse, path, (size_t)(path_end - path));
}

static int read_method(struct parse *parse, const char *name, size_t length)
{
    for (int i = 0; i < HTTP_METHODS; i++) {
        if (strlen(method_names[i]) == length && memcmp(method_names[i], name, length) == 0) {
            parse->head->method = (enum http_method)i;
            return 0;
        }
    }
    return refuse(parse, 501, "The method is not supported.");
}

/* `end` is the CR. */
static int read_request_line(struct parse *parse, char *line, char *end)
{
    static const char malformed[] = "The request line is malformed.";
    char *method_end = line;
    while (method_end < end && is(*method_end, TOKEN))
        method_end++;
    if (method_end == line || *method_end != ' ')
        return refuse(parse, 400, malformed);
    char *target = method_end + 1;
    char *target_end = memchr(target, ' ', (size_t)(end - target));
    if (target_end == NULL || end - target_end != 9)
        return refuse(parse, 400, malformed);
    const char *version = target_end + 1;
    if (memcmp(version, "HTTP/", 5) != 0 || version[5] < '0' || version[5] > '9' || version[6] != '.' ||
        version[7] < '0' || version[7] > '9')
        return refuse(parse, 400, malformed);
    if (version[5] != '1' || version[7] != '1')
        return refuse(parse, 505, "Only HTTP/1.1 is spoken here.");
    if (read_method(parse, line, (size_t)(method_end - line)) != 0)
        return -1;
    return read_target(parse, target, target_end);
}

static int read_content_length(struct parse *parse, const char *value)
{
    uint64_t length = 0;
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || value[digits] != '\0')
        return refuse(parse, 400, "Content-Length is not a number.");
    if (digits > 18)
        return refuse(parse, 413, "The body is too large.");
    for (size_t i = 0; i < digits; i++)
        length = length * 10 + (uint64_t)(value[i] - '0');
    parse->head->content_length = length;
    return 0;
}

static int read_host(struct parse *parse, const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (!is(*at, HOST))
            return refuse(parse, 400, "Host is malformed.");
    }
    if (*value == '\0')
        return refuse(parse, 400, "Host is empty.");
    parse->head->host = value;
    return 0;
}

/* The fields that decide where the message ends and whom it is for. */
static int note_field(struct parse *parse, const char *name, const char *value)
{
    if (strcmp(name, "host") == 0) {
        if (parse->hosts++ > 0)
            return refuse(parse, 400, "There is more than one Host.");
        return read_host(parse, value);
    }
    if (strcmp(name, "content-length") == 0) {
        if (parse->lengths++ > 0)
            return refuse(parse, 400, "There is more than one Content-Length.");
        return read_content_length(parse, value);
    }
    if (strcmp(name, "transfer-encoding") == 0) {
        if (parse->encodings++ > 0 || strcasecmp(value, "chunked") != 0)
            return refuse(parse, 400, "Transfer-Encoding is not exactly \"chunked\".");
        parse->head->chunked = true;
    } else if (strcmp(name, "expect") == 0) {
        if (strcasecmp(value, "100-continue") != 0)
            return refuse(parse, 417, "The expectation is unknown.");
        parse->head->expect_continue = true;
    }
    return 0;
}

/* `end` is the CR, which becomes the value's NUL when there is no white space before it. */
static int read_field(struct parse *parse, char *line, char *end)
{
    struct http_head *head = parse->head;
    char *colon = line;
    for (; is(*colon, TOKEN); colon++) {
        if (*colon >= 'A' && *colon <= 'Z')
            *colon = (char)(*colon + ('a' - 'A'));
    }
    if (colon == line || *colon != ':')
        return refuse(parse, 400, "A header field is malformed.");
    if (head->headers_count == HTTP_HEADERS_MAX)
        return refuse(parse, 431, "There are too many header fields.");
    char *value = colon + 1;
    while (*value == ' ' || *value == '\t')
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *colon = '\0';
    *end = '\0';
    head->headers[head->headers_count++] = (struct http_header){line, value};
    return note_field(parse, line, value);
}

static int check_whole(struct parse *parse)
{
    struct http_head *head = parse->head;
    if (parse->hosts == 0)
        return refuse(parse, 400, "There is no Host.");
    if (parse->authority_length > 0 && (strlen(head->host) != parse->authority_length ||
                                        strncasecmp(head->host, parse->authority, parse->authority_length) != 0))
        return refuse(parse, 400, "Host and the request target name different hosts.");
    if (parse->lengths > 0 && parse->encodings > 0)
        return refuse(parse, 400, "There are both Content-Length and Transfer-Encoding.");
    /* We never upgrade. But who asks for it may send another protocol next, or a proxy may think so. */
    head->keep_alive = !http_head_lists(head, "connection", "close") && !http_head_lists(head, "connection", "upgrade");
    return 0;
}

int http_head_parse(struct http_head *head, char *text, size_t length, struct http_refusal *refusal)
{
    struct parse parse = {.head = head, .refusal = refusal, .spare = text + length};
    head->headers_count = 0;
    head->host = NULL;
    head->content_length = 0;
    head->chunked = false;
    head->expect_continue = false;

    char *text_end = text + length - 2; /* the empty line */
    char *line = text;
    for (int (*read)(struct parse *, char *, char *) = read_request_line; line < text_end || read == read_request_line;
         read = read_field) {
        char *line_end = memchr(line, '\r', (size_t)(text + length - line));
        if (read(&parse, line, line_end) != 0)
            return -1;
        line = line_end + 2;
    }
    return check_whole(&parse);
}

const char *http_head_get(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->headers_count; i++) {
        if (strcmp(head->headers[i].name, name) == 0)
            return head->headers[i].value;
    }
    return NULL;
}

size_t http_head_count(const struct http_head *head, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->headers_count; i++)
        count += strcmp(head->headers[i].name, name) == 0;
    return count;
}

/* Whether the parameters of a list item say q=0, which means "not this". */
static bool weight_is_zero(const char *parameters, size_t length)
{
    const char *end = parameters + length;
    while (parameters < end && (*parameters == ';' || *parameters == ' ' || *parameters == '\t'))
        parameters++;
    if (end - parameters < 3 || strncasecmp(parameters, "q=0", 3) != 0)
        return false;
    for (parameters += 3; parameters < end; parameters++) {
        if (*parameters >= '1' && *parameters <= '9')
            return false;
    }
    return true;
}

bool http_head_lists(const struct http_head *head, const char *name, const char *token)
{
    size_t token_length = strlen(token);
    for (size_t i = 0; i < head->headers_count; i++) {
        if (strcmp(head->headers[i].name, name) != 0)
            continue;
        for (const char *item = head->headers[i].value; *item != '\0'; item += *item == ',') {
            item += strspn(item, " \t");
            size_t length = strcspn(item, ",");
            size_t word = strcspn(item, ",; \t");
            if (word == token_length && strncasecmp(item, token, word) == 0 &&
                !weight_is_zero(item + word, length - word))
                return true;
            item += length;
        }
    }
    return false;
}
