#include "identity/roster/xml.h"

#include <expat.h>
#include <stdbool.h>
#include <string.h>

#include "errors.h"

enum { CHUNK_SIZE = 64 * 1024, DEPTH_MAX = 64, TOKEN_MAX = 1024 * 1024 };

struct reading {
    XML_Parser parser;
    const struct xml_handler *handler;
    struct err *err;
    int depth;
    bool failed;
};

static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

static void stop(struct reading *reading)
{
    reading->failed = true;
    XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    struct reading *reading = data;
    const struct xml_handler *handler = reading->handler;
    if (reading->failed)
        return;
    if (++reading->depth > DEPTH_MAX) {
        err_set(reading->err, ERR_IMPORT_UNREADABLE, "XML deeper than %d", DEPTH_MAX);
        stop(reading);
    } else if (handler->start != NULL && handler->start(handler->context, local(name), attributes, reading->err) != 0) {
        stop(reading);
    }
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct reading *reading = data;
    const struct xml_handler *handler = reading->handler;
    reading->depth--;
    if (!reading->failed && handler->end != NULL && handler->end(handler->context, local(name), reading->err) != 0)
        stop(reading);
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    struct reading *reading = data;
    const struct xml_handler *handler = reading->handler;
    if (!reading->failed && handler->text(handler->context, text, (size_t)length, reading->err) != 0)
        stop(reading);
}

static void XMLCALL on_document_type(void *data, const char *name, const char *system, const char *public, int internal)
{
    struct reading *reading = data;
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    err_set(reading->err, ERR_IMPORT_UNREADABLE, "XML with a document type");
    stop(reading);
}

static int parse(struct reading *reading, const struct source *source)
{
    size_t length;
    long long fed = 0;
    do {
        void *bytes = XML_GetBuffer(reading->parser, CHUNK_SIZE);
        if (bytes == NULL)
            return err_set(reading->err, ERR_INTERNAL, "out of memory");
        if (source->read(source->context, bytes, CHUNK_SIZE, &length, reading->err) != 0)
            return -1;
        fed += (long long)length;
        enum XML_Status status = XML_ParseBuffer(reading->parser, (int)length, length == 0);
        if (reading->failed)
            return -1;
        if (status != XML_STATUS_OK)
            return err_set(reading->err, ERR_IMPORT_UNREADABLE, "XML, line %lu: %s",
                           XML_GetCurrentLineNumber(reading->parser),
                           XML_ErrorString(XML_GetErrorCode(reading->parser)));
        /* An unfinished token is kept in memory and read again with each piece. */
        if (length > 0 && fed - XML_GetCurrentByteIndex(reading->parser) > TOKEN_MAX)
            return err_set(reading->err, ERR_IMPORT_UNREADABLE, "XML with a token larger than %d bytes", TOKEN_MAX);
    } while (length > 0);
    return 0;
}

int xml_read(const struct source *source, const struct xml_handler *handler, struct err *err)
{
    struct reading reading = {.parser = XML_ParserCreate(NULL), .handler = handler, .err = err};
    if (reading.parser == NULL)
        return err_set(err, ERR_INTERNAL, "out of memory");
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    if (handler->text != NULL)
        XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_document_type);
    int result = parse(&reading, source);
    XML_ParserFree(reading.parser);
    return result;
}

const char *xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(local(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}
