/* Files for the tests of the roster's readers, made where they are needed. */
#ifndef DANDELION_TESTS_ROSTER_FILES_H
#define DANDELION_TESTS_ROSTER_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

/* The parts of a workbook; NULL is the usual one. */
struct book {
    const char *sheet;     /* what stands inside <sheetData> … and after it, if it closes that itself */
    const char *strings;   /* inside <sst> */
    const char *styles;    /* inside <cellXfs>: <xf numFmtId="14"/> … */
    const char *formats;   /* inside <numFmts> */
    const char *workbook;  /* inside <workbook> */
    const char *relations; /* inside <Relationships> of the workbook */
};

#define FILES_XML  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define FILES_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static inline const char *files_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/dandelion-roster-%d", (int)getpid());
    return path;
}

static inline void files_write(const void *bytes, size_t size)
{
    FILE *file = fopen(files_path(), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static inline void files_add(zip_t *zip, const char *name, const void *bytes, size_t size)
{
    zip_source_t *source = zip_source_buffer(zip, bytes, size, 0);
    assert_true(zip_file_add(zip, name, source, ZIP_FL_OVERWRITE) >= 0);
}

/* Formats a part; the caller frees it after the zip file is closed. */
__attribute__((format(printf, 3, 4))) static inline char *files_part(zip_t *zip, const char *name, const char *format,
                                                                     ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    assert_true(vasprintf(&text, format, arguments) >= 0);
    va_end(arguments);
    files_add(zip, name, text, strlen(text));
    return text;
}

static inline zip_t *files_zip(void)
{
    zip_t *zip = zip_open(files_path(), ZIP_CREATE | ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    return zip;
}

static inline const char *files_or(const char *text, const char *usual)
{
    return text == NULL ? usual : text;
}

/* Writes the workbook to files_path(). */
static inline void files_book(const struct book *book)
{
    char *parts[6];
    zip_t *zip = files_zip();
    parts[0] = files_part(zip, "_rels/.rels",
                          FILES_XML "<Relationships><Relationship Id=\"r1\" Type=\"" FILES_TYPE
                                    "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    parts[1] = files_part(zip, "xl/workbook.xml", FILES_XML "<workbook xmlns:r=\"r\">%s</workbook>",
                          files_or(book->workbook, "<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets>"));
    parts[2] =
        files_part(zip, "xl/_rels/workbook.xml.rels", FILES_XML "<Relationships>%s</Relationships>",
                   files_or(book->relations,
                            "<Relationship Id=\"r1\" Type=\"" FILES_TYPE
                            "worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"" FILES_TYPE
                            "sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"" FILES_TYPE
                            "styles\" Target=\"/xl/styles.xml\"/>"));
    parts[3] = files_part(zip, "xl/worksheets/sheet1.xml", FILES_XML "<worksheet><sheetData>%s</sheetData></worksheet>",
                          files_or(book->sheet, ""));
    parts[4] = files_part(zip, "xl/sharedStrings.xml", FILES_XML "<sst>%s</sst>", files_or(book->strings, ""));
    parts[5] =
        files_part(zip, "xl/styles.xml",
                   FILES_XML "<styleSheet><numFmts>%s</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                             "<cellXfs><xf numFmtId=\"0\"/>%s</cellXfs></styleSheet>",
                   files_or(book->formats, ""), files_or(book->styles, ""));
    assert_int_equal(zip_close(zip), 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
}

static inline int files_remove(void **state)
{
    (void)state;
    unlink(files_path());
    return 0;
}

#endif
