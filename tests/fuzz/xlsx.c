/* Any bytes as a roster in a workbook. When the first byte is 0, the rest is the whole file. Else the rest is six parts
 * separated by the byte 0xFF, which XML in UTF-8 never holds; they are put into a sound zip file, so that the readers
 * of XML are reached. */
#include "identity/roster/xlsx.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "identity/roster/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 6 };

static const char *const names[PARTS] = {
    "_rels/.rels",          "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml", "xl/styles.xml",   "xl/worksheets/sheet1.xml",
};

static void require(int condition)
{
    if (!condition)
        abort();
}

/* The six parts as a zip file without compression; the caller frees it. */
static uint8_t *pack(const uint8_t *data, size_t size, size_t *packed)
{
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, NULL);
    require(zip != NULL);
    for (int i = 0; i < PARTS; i++) {
        const uint8_t *end = size == 0 ? NULL : memchr(data, 0xFF, size);
        size_t length = end == NULL ? size : (size_t)(end - data);
        zip_int64_t at = zip_file_add(zip, names[i], zip_source_buffer(zip, data, length, 0), 0);
        require(at >= 0 && zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
    require(zip_close(zip) == 0);
    zip_stat_t stat;
    require(zip_source_stat(memory, &stat) == 0 && zip_source_open(memory) == 0);
    uint8_t *bytes = malloc(stat.size);
    require(zip_source_read(memory, bytes, stat.size) == (zip_int64_t)stat.size);
    zip_source_close(memory);
    zip_source_free(memory);
    *packed = stat.size;
    return bytes;
}

static int on_table_row(void *context, const struct table_row *row, struct err *err)
{
    uint32_t *last = context;
    (void)err;
    require(row->number > *last && row->count <= TABLE_COLUMNS_MAX);
    *last = row->number;
    for (size_t i = 0; i < row->count; i++)
        require(utf8_valid(row->cells[i].text, strlen(row->cells[i].text)));
    return 0;
}

static int on_row(void *context, const struct roster_row *row, struct err *err)
{
    uint32_t *counts = context;
    (void)err;
    counts[0]++;
    require(row->name[0] != '\0' && row->id_number.text[0] != '\0' && row->dues_base_fen >= -1);
    return 0;
}

static int on_bad(void *context, const struct roster_fault *fault, struct err *err)
{
    uint32_t *counts = context;
    (void)err;
    counts[1]++;
    require(fault->error.code != 0 && utf8_valid(fault->text, strlen(fault->text)));
    return 0;
}

static void read_roster(const char *path)
{
    static struct roster_summary summary;
    uint32_t last = 0;
    uint32_t counts[2] = {0, 0};
    struct err err = {0};
    const struct table_sink table = {on_table_row, &last};
    const struct roster_sink sink = {on_row, on_bad, counts};
    const struct roster_options options = {
        .today = clock_date_from(2026, 11, 23), .required = ROSTER_REQUIRED_DEFAULT, .months = ROSTER_MONTHS_DEFAULT};
    require(xlsx_read(path, NULL, &table, &err) == 0 || err.code != 0);
    if (roster_read(path, &options, &sink, &summary, &err) == 0) {
        require(summary.good == counts[0] && summary.bad_cells == counts[1]);
        require(summary.good + summary.bad + summary.blank + summary.skipped == summary.last_row - summary.header_row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    if (size == 0)
        return 0;
    size_t length = size - 1;
    uint8_t *packed = data[0] == 0 ? NULL : pack(data + 1, length, &length);
    int file = memfd_create("roster", MFD_CLOEXEC);
    require(file >= 0 && write(file, packed == NULL ? data + 1 : packed, length) == (ssize_t)length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    read_roster(path);
    close(file);
    free(packed);
    return 0;
}
