/* Any bytes as a roster in a text file: the reader never fails badly, rows ascend, texts are UTF-8, the counts add up.
 */
#include "identity/roster/csv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "identity/roster/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

/* An unnamed file of these bytes; `path` names it. */
static int make_file(const uint8_t *data, size_t size, char path[32])
{
    int file = memfd_create("roster", MFD_CLOEXEC);
    require(file >= 0 && write(file, data, size) == (ssize_t)size);
    snprintf(path, 32, "/proc/self/fd/%d", file);
    return file;
}

static int on_table_row(void *context, const struct table_row *row, struct err *err)
{
    uint32_t *last = context;
    (void)err;
    require(row->number == *last + 1 && row->count <= TABLE_COLUMNS_MAX);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    uint32_t last = 0;
    uint32_t counts[2] = {0, 0};
    struct err err = {0};
    static struct roster_summary summary;
    const struct table_sink table = {on_table_row, &last};
    const struct roster_sink sink = {on_row, on_bad, counts};
    const struct roster_options options = {
        .today = clock_date_from(2026, 11, 23), .required = ROSTER_REQUIRED_DEFAULT, .months = ROSTER_MONTHS_DEFAULT};
    int file = make_file(data, size, path);
    require(csv_read(path, &table, &err) == 0 || err.code != 0);
    if (roster_read(path, &options, &sink, &summary, &err) == 0) {
        require(summary.good == counts[0] && summary.bad_cells == counts[1]);
        require(summary.good + summary.bad + summary.blank + summary.skipped == summary.last_row - summary.header_row);
    }
    close(file);
    return 0;
}
