#include "identity/roster/xlsx.h"

#include <stdlib.h>

#include "errors.h"
#include "identity/roster/sheet.h"
#include "identity/roster/workbook.h"

static const uint64_t SHEET_BYTES_MAX = UINT64_C(2) << 30; /* a million rows of thirty columns */
static const uint64_t STRINGS_PART_MAX = UINT64_C(2) << 30;
static const uint64_t STYLES_PART_MAX = UINT64_C(16) << 20;

/* All that is open while a sheet is read. */
struct reading {
    struct package *package;
    struct workbook workbook;
    struct strings *strings;
    struct styles *styles;
    struct merges merges;
};

static int load_strings(struct reading *reading, struct err *err)
{
    if (reading->workbook.strings[0] == '\0')
        return 0;
    struct part *part = part_open(reading->package, reading->workbook.strings, STRINGS_PART_MAX, err);
    if (part == NULL)
        return -1;
    const struct source source = part_source(part);
    reading->strings = strings_read(&source, err);
    part_close(&part);
    return reading->strings == NULL ? -1 : 0;
}

static int load_styles(struct reading *reading, struct err *err)
{
    if (reading->workbook.styles[0] == '\0')
        return 0;
    reading->styles = malloc(sizeof *reading->styles);
    if (reading->styles == NULL)
        return err_set(err, ERR_INTERNAL, "out of memory");
    struct part *part = part_open(reading->package, reading->workbook.styles, STYLES_PART_MAX, err);
    if (part == NULL)
        return -1;
    const struct source source = part_source(part);
    int result = styles_read(reading->styles, &source, err);
    part_close(&part);
    return result;
}

static int load_merges(struct reading *reading, struct err *err)
{
    struct part *part = part_open(reading->package, reading->workbook.sheet, SHEET_BYTES_MAX, err);
    if (part == NULL)
        return -1;
    const struct source source = part_source(part);
    int result = merges_scan(&reading->merges, &source, err);
    part_close(&part);
    return result;
}

static int read_sheet(struct reading *reading, const struct table_sink *sink, struct err *err)
{
    struct part *part = part_open(reading->package, reading->workbook.sheet, SHEET_BYTES_MAX, err);
    if (part == NULL)
        return -1;
    const struct source source = part_source(part);
    const struct sheet_context context = {.strings = reading->strings,
                                          .styles = reading->styles,
                                          .merges = &reading->merges,
                                          .epoch_1904 = reading->workbook.epoch_1904};
    int result = sheet_read(&source, &context, sink, err);
    part_close(&part);
    return result;
}

int xlsx_read(const char *path, const char *sheet, const struct table_sink *sink, struct err *err)
{
    struct reading reading = {.package = package_open(path, err)};
    int result = -1;
    if (reading.package != NULL && workbook_read(reading.package, sheet, &reading.workbook, err) == 0 &&
        load_strings(&reading, err) == 0 && load_styles(&reading, err) == 0 && load_merges(&reading, err) == 0)
        result = read_sheet(&reading, sink, err);
    merges_close(&reading.merges);
    free(reading.styles);
    strings_close(&reading.strings);
    package_close(&reading.package);
    return result;
}
