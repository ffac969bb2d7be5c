/* roster/xlsx: every kind of cell, the plan of the workbook, merged cells, and hostile files. */
#include "base/err.h"
#include "base/str.h"
#include "errors.h"
#include "identity/roster/package.h"
#include "identity/roster/styles.h"
#include "identity/roster/xlsx.h"
#include "tests/unit/roster/files.h"

static struct str seen;

/* A row as "3:n4500|t张三|" with a letter for each kind; a copied cell in brackets. */
static int note(void *context, const struct table_row *row, struct err *err)
{
    static const char kinds[] = " tundbe";
    (void)context;
    (void)err;
    str_printf(&seen, "%u:", row->number);
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        if (cell->kind != CELL_EMPTY)
            str_printf(&seen, cell->copied ? "(%c%s)" : "%c%s", kinds[cell->kind], cell->text);
        str_puts(&seen, "|");
    }
    str_puts(&seen, "\n");
    return 0;
}

static int read_file(const char *sheet, struct err *err)
{
    const struct table_sink sink = {.row = note};
    str_reset(&seen);
    err_clear(err);
    return xlsx_read(files_path(), sheet, &sink, err);
}

static void reads_as(const struct book *book, const char *rows)
{
    struct err err;
    files_book(book);
    int result = read_file(NULL, &err);
    if (result != 0)
        print_error("%s\n", err.detail);
    assert_int_equal(result, 0);
    assert_string_equal(str_text(&seen), rows);
}

static void refuses(const struct book *book, int code)
{
    struct err err;
    files_book(book);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, code);
}

static void refuses_sheet(const char *sheet)
{
    refuses(&(struct book){.sheet = sheet}, ERR_IMPORT_UNREADABLE);
}

static void reads_every_kind_of_cell(void **state)
{
    (void)state;
    const struct book book = {
        .strings = "<si><t>姓名</t></si><si><r><t>张</t></r><r><rPr/><t xml:space=\"preserve\"> 三</t></r>"
                   "<rPh sb=\"0\" eb=\"1\"><t>zhang</t></rPh></si><si/><si><t>a_x000D_b_x005F_c_xZZZZ_</t></si>",
        .styles = "<xf numFmtId=\"14\"/><xf numFmtId=\"31\"/><xf numFmtId=\"176\"/><xf numFmtId=\"177\"/>",
        .formats = "<numFmt numFmtId=\"176\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
                   "<numFmt numFmtId=\"177\" formatCode=\"0.00_ ;[Red]\\-0.00\\ &quot;day&quot;\"/>",
        .sheet =
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
            "t=\"s\"><v>2</v></c>"
            "<c r=\"D1\" t=\"s\"><v>3</v></c></row>"
            "<row r=\"3\"><c r=\"B3\"><v>4500.5</v></c><c r=\"C3\" s=\"1\"><v>31898</v></c><c r=\"D3\" "
            "s=\"2\"><v>31898.25</v></c>"
            "<c r=\"E3\" s=\"3\"><v>31898</v></c><c r=\"F3\" s=\"4\"><v>31898</v></c></row>"
            "<row><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"e\"><v>#N/A</v></c>"
            "<c t=\"str\"><f>A1&amp;\"x\"</f><v>x&lt;y</v></c><c t=\"inlineStr\"><is><t>行</t><r><t>内</t></r></is></c>"
            "<c t=\"d\"><v>1987-05-01</v></c><c s=\"1\"/><c><v></v></c><c s=\"1\"><v>-5</v></c></row>"};
    reads_as(&book, "1:t姓名|t张 三||ta\rb_c_xZZZZ_|\n"
                    "3:|n4500.5|d1987-05-01|d1987-05-01 06:00:00|d1987-05-01|n31898|\n"
                    "4:bTRUE|bFALSE|e#N/A|tx<y|t行内|d1987-05-01|||n-5|\n");
}

static void knows_date_codes(void **state)
{
    (void)state;
    static const char *const dates[] = {"yyyy-mm-dd", "yyyy/m/d;@", "[$-804]d", "\"x\"m", "yyyy\\年", "[Red]dd"};
    static const char *const others[] = {"General", "G/通用格式", "0.00E+00", "#,##0.00", "\"yyyy\"0", "\\d0", "[Red]0",
                                         "[h]",     "_d0",        "@",        "0\"",      "[",         "\\",   ""};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        assert_true(styles_is_date_code(dates[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(styles_is_date_code(others[i]));
}

#define SHEET_RELATION(id, target)                                                                                     \
    "<Relationship Id=\"" id "\" Type=\"" FILES_TYPE "worksheet\" Target=\"" target "\"/>"

static void chooses_the_sheet(void **state)
{
    (void)state;
    struct err err;
    struct book book = {
        .workbook = "<workbookPr date1904=\"1\"/><sheets><sheet name=\"隐\" state=\"hidden\" r:id=\"r9\"/>"
                    "<sheet name=\"图\" r:id=\"r8\"/><sheet name=\"名册\" r:id=\"r1\"/></sheets>",
        .relations = SHEET_RELATION("r1", "worksheets/sheet1.xml") SHEET_RELATION(
            "r9", "missing.xml") "<Relationship Id=\"r8\" Type=\"" FILES_TYPE "chartsheet\" Target=\"c.xml\"/>"
                                 "<Relationship Id=\"r3\" Type=\"" FILES_TYPE "styles\" Target=\"styles.xml\"/>",
        .styles = "<xf numFmtId=\"14\"/>",
        .sheet = "<row><c s=\"1\"><v>30436</v></c></row>"};
    reads_as(&book, "1:d1987-05-01|\n");
    assert_int_equal(read_file("名册", &err), 0);
    assert_int_equal(read_file("无", &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_EMPTY);
    assert_int_equal(read_file("隐", &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
    book.workbook = "<sheets><sheet name=\"隐\" state=\"veryHidden\" r:id=\"r1\"/></sheets>";
    refuses(&book, ERR_IMPORT_EMPTY);
}

static void repeats_merged_cells(void **state)
{
    (void)state;
    const struct book book = {
        .sheet =
            "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>标题</t></is></c><c r=\"B1\"/></row>"
            "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>支部</t></is></c><c r=\"B2\"><v>1</v></c></row>"
            "<row r=\"3\"><c r=\"B3\"><v>2</v></c></row><row r=\"4\"><c r=\"A4\"><v>9</v></c><c "
            "r=\"B4\"><v>3</v></c></row>"
            "<row r=\"5\"><c r=\"B5\"><v>4</v></c></row></sheetData><mergeCells count=\"3\"><mergeCell ref=\"A1:C1\"/>"
            "<x:mergeCell ref='A2:A4'/><mergeCell ref=\"A9\"/><mergeCell/><mergeCell ref=\"ZZZZ1:B2\"/></mergeCells>"
            "<sheetData>"};
    reads_as(&book, "1:t标题|(t标题)|(t标题)|\n2:t支部|n1|\n3:(t支部)|n2|\n4:n9|n3|\n5:|n4|\n");
}

/* A sheet whose text repeats, to make parts larger than their limits. */
static char *repeated(const char *head, const char *piece, size_t times, const char *tail)
{
    size_t length = strlen(piece);
    char *text = malloc(strlen(head) + length * times + strlen(tail) + 1);
    char *at = stpcpy(text, head);
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, piece);
    stpcpy(at, tail);
    return text;
}

/* The tag of a merged cell is found wherever the pieces of the file are cut. */
static void finds_merges_across_pieces(void **state)
{
    (void)state;
    for (size_t lead = 65300; lead < 65420; lead++) {
        char *sheet = repeated("<row r=\"1\"><c r=\"A1\"><v>7</v></c></row><row r=\"2\"/></sheetData>", " ", lead,
                               "<mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells><sheetData>");
        reads_as(&(struct book){.sheet = sheet}, "1:n7|\n2:(n7)|\n");
        free(sheet);
    }
}

static void refuses_broken_sheets(void **state)
{
    (void)state;
    refuses_sheet("<row r=\"2\"/><row r=\"1\"/>");
    refuses_sheet("<row r=\"2\"/><row r=\"2\"/>");
    refuses_sheet("<row r=\"1048577\"/>");
    refuses_sheet("<row r=\"-1\"/>");
    refuses_sheet("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>");
    refuses_sheet("<row r=\"1\"><c r=\"A1\"/><c r=\"A1\"/></row>");
    refuses_sheet("<row r=\"1\"><c r=\"A2\"/></row>");
    refuses_sheet("<row r=\"1\"><c r=\"1\"/></row>");
    refuses_sheet("<row r=\"1\"><c r=\"AAAAA1\"/></row>");
    refuses_sheet("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>");
    refuses_sheet("<row r=\"1\"><c t=\"s\"><v>0</v></c></row>");
    refuses_sheet("<row r=\"1\"><c t=\"s\"><v>-1</v></c></row>");
    refuses_sheet("<row r=\"1\"><c t=\"s\"><v>99999999999</v></c></row>");
    refuses_sheet("<row r=\"1\"><c><v>abc</v></c></row>");
    refuses_sheet("<row r=\"1\"><c><v>1</c></row>");
    refuses_sheet("<row r=\"1\">&x;</row>");
    refuses_sheet("<row r=\"1\"><c t=\"inlineStr\"><is><t>\xff</t></is></c></row>");
    reads_as(&(struct book){.sheet = "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\" s=\"1\"/></row>"}, "1:n1|\n");
}

static void refuses_excess(void **state)
{
    (void)state;
    char *text = repeated("<row><c t=\"inlineStr\"><is><t>", "xy", 70000, "</t></is></c></row>");
    refuses_sheet(text); /* a cell too large */
    free(text);
    text = repeated("<row>", "<x>", 100, "");
    refuses_sheet(text); /* too deep */
    free(text);
    text = repeated("<row x=\"", "0123456789abcdef", 100000, "\"/>");
    refuses_sheet(text); /* one enormous token */
    free(text);
    text = repeated("", "<!--                                                                  -->", 400000, "");
    refuses_sheet(text); /* unpacks to 250 times its size and more */
    free(text);
    text = repeated("<row/></sheetData>", "<mergeCell ref=\"A1:B2\"/>", 70000, "<sheetData>");
    refuses_sheet(text); /* too many merged cells */
    free(text);
    text = repeated("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>", "<mergeCell ref=\"A1:B2\"/>", 600,
                    "<sheetData>");
    refuses_sheet(text); /* over each other */
    free(text);
    text = repeated("<si><t>", "xy", 70000, "</t></si>");
    refuses(&(struct book){.strings = text}, ERR_IMPORT_UNREADABLE);
    free(text);
}

static void refuses_document_types(void **state)
{
    (void)state;
    struct err err;
    static const char bomb[] =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><x>&b;</x>";
    static const char outside[] = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>";
    static const char *const parts[] = {"_rels/.rels",          "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                        "xl/sharedStrings.xml", "xl/styles.xml",   "xl/worksheets/sheet1.xml"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (int which = 0; which < 2; which++) {
            const char *text = which == 0 ? bomb : outside;
            files_book(&(struct book){.sheet = "<row/>"});
            zip_t *zip = zip_open(files_path(), 0, NULL);
            files_add(zip, parts[i], text, strlen(text));
            assert_int_equal(zip_close(zip), 0);
            assert_int_equal(read_file(NULL, &err), -1);
            assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
            assert_non_null(strstr(err.detail, "document type"));
        }
    }
}

static void keeps_inside_the_package(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "../../../etc/passwd", "..\\x.xml", "/../x.xml", "a/../b.xml", "./x.xml",  "a//b.xml", "file:///etc/passwd",
        "http://x/y",          "",          "/",         "a/",         "%2e%2e/x", "x?y",      "x#y"};
    char name[PACKAGE_NAME_SIZE];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(package_resolve("xl/workbook.xml", bad[i], name));
    assert_true(package_resolve("xl/workbook.xml", "worksheets/s.xml", name));
    assert_string_equal(name, "xl/worksheets/s.xml");
    assert_true(package_resolve("xl/workbook.xml", "/xl/s.xml", name));
    assert_string_equal(name, "xl/s.xml");
    assert_true(package_relations_of("", name));
    assert_string_equal(name, "_rels/.rels");
    char long_name[400];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_false(package_resolve("xl/workbook.xml", long_name, name));
    assert_false(package_relations_of(long_name, name));
    refuses(&(struct book){.relations = SHEET_RELATION("r1", "../../../etc/passwd")}, ERR_IMPORT_EMPTY);
    refuses(&(struct book){.relations = "<Relationship Id=\"r1\" TargetMode=\"External\" Type=\"" FILES_TYPE
                                        "worksheet\" Target=\"worksheets/sheet1.xml\"/>"},
            ERR_IMPORT_EMPTY);
}

static void refuses_other_files(void **state)
{
    (void)state;
    struct err err;
    char bytes[9000] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    files_write(bytes, sizeof bytes);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_FILE_TYPE);
    memcpy(bytes + 8190, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32);
    files_write(bytes, sizeof bytes);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
    assert_non_null(strstr(err.detail, "password"));
    files_write("PK\3\4", 4);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
    files_write("a,b", 3);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_FILE_TYPE);
    zip_t *zip = files_zip();
    files_add(zip, "document.xml", "<x/>", 4);
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
}

static void refuses_passwords_and_crowds(void **state)
{
    (void)state;
    struct err err;
    files_book(&(struct book){.sheet = "<row/>"});
    zip_t *zip = zip_open(files_path(), 0, NULL);
    zip_int64_t index = zip_name_locate(zip, "xl/worksheets/sheet1.xml", 0);
    assert_int_equal(zip_file_set_encryption(zip, (zip_uint64_t)index, ZIP_EM_AES_256, "secret"), 0);
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
    assert_non_null(strstr(err.detail, "password"));

    files_book(&(struct book){.sheet = "<row/>"});
    zip = zip_open(files_path(), 0, NULL);
    for (int i = 0; i < 3000; i++) {
        char name[32];
        snprintf(name, sizeof name, "x/%d", i);
        files_add(zip, name, "", 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(read_file(NULL, &err), -1);
    assert_int_equal(err.code, ERR_IMPORT_UNREADABLE);
    assert_non_null(strstr(err.detail, "entries"));

    /* A second end record, or one for large archives, that declares many. */
    static const char *const ends[] = {
        "PK\5\6\0\0\0\0\xff\x7f\xff\x7f\0\0\0\0\0\0\0\0\0\0",
        "PK\6\7\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0PK\5\6\0\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0\0\0",
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        files_book(&(struct book){.sheet = "<row/>"});
        FILE *file = fopen(files_path(), "ab");
        assert_int_equal(fwrite(ends[i], i == 0 ? 22 : 42, 1, file), 1);
        fclose(file);
        assert_int_equal(read_file(NULL, &err), -1);
        assert_non_null(strstr(err.detail, "entries"));
    }
}

/* Any one byte of the file changed: an error or the same kind of rows, never a crash. A wrong size or checksum is
 * found. */
static void survives_every_changed_byte(void **state)
{
    (void)state;
    struct err err;
    files_book(&(struct book){.strings = "<si><t>张三</t></si>",
                              .sheet = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><v>5</v></c></row>"});
    FILE *file = fopen(files_path(), "rb");
    char bytes[8192];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    size_t refused = 0;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(bytes[i] ^ 0x55);
        files_write(bytes, size);
        if (read_file(NULL, &err) != 0) {
            refused++;
            assert_true(err.code == ERR_IMPORT_UNREADABLE || err.code == ERR_IMPORT_FILE_TYPE ||
                        err.code == ERR_IMPORT_EMPTY);
        } else {
            assert_true(seen.length == 0 || strstr(str_text(&seen), "1:t张三|n5|") != NULL);
        }
        bytes[i] = (char)(bytes[i] ^ 0x55);
    }
    assert_true(refused > size / 3);
    for (size_t cut = 1; cut < size; cut += 7) {
        files_write(bytes, size - cut);
        assert_int_equal(read_file(NULL, &err), -1);
    }
}

static int finish(void **state)
{
    str_destroy(&seen);
    return files_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_cell),
        cmocka_unit_test(knows_date_codes),
        cmocka_unit_test(chooses_the_sheet),
        cmocka_unit_test(repeats_merged_cells),
        cmocka_unit_test(finds_merges_across_pieces),
        cmocka_unit_test(refuses_broken_sheets),
        cmocka_unit_test(refuses_excess),
        cmocka_unit_test(refuses_document_types),
        cmocka_unit_test(keeps_inside_the_package),
        cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(refuses_passwords_and_crowds),
        cmocka_unit_test(survives_every_changed_byte),
    };
    return cmocka_run_group_tests(tests, NULL, finish);
}
