#include "identity/roster/workbook.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "errors.h"
#include "identity/roster/xml.h"

enum { PART_MAX = 16 * 1024 * 1024, NAMES_MAX = 4 * 1024 * 1024, SHEETS_MAX = 1024, RELATIONS_MAX = 4096 };

struct sheet {
    const char *name;
    const char *relation;
    bool hidden;
};

struct relation {
    const char *id;
    const char *type; /* the last step of its address: "worksheet" */
    const char *target;
};

/* What is known while the plan is read. */
struct plan {
    struct arena *arena;
    struct sheet *sheets;
    size_t sheets_count;
    struct relation *relations;
    size_t relations_count;
    bool epoch_1904;
};

static char *keep(struct plan *plan, const char *text)
{
    return arena_strdup(plan->arena, text == NULL ? "" : text);
}

static int add_relation(struct plan *plan, const char **attributes, struct err *err)
{
    const char *mode = xml_attribute(attributes, "TargetMode");
    const char *type = xml_attribute(attributes, "Type");
    const char *step = type == NULL ? NULL : strrchr(type, '/');
    if (step == NULL || (mode != NULL && strcmp(mode, "External") == 0))
        return 0;
    if (plan->relations_count == RELATIONS_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %d relationships", RELATIONS_MAX);
    struct relation relation = {.id = keep(plan, xml_attribute(attributes, "Id")),
                                .type = keep(plan, step + 1),
                                .target = keep(plan, xml_attribute(attributes, "Target"))};
    if (relation.id == NULL || relation.type == NULL || relation.target == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %d bytes of names", NAMES_MAX);
    plan->relations[plan->relations_count++] = relation;
    return 0;
}

static int on_relation(void *context, const char *name, const char **attributes, struct err *err)
{
    return strcmp(name, "Relationship") == 0 ? add_relation(context, attributes, err) : 0;
}

static int add_sheet(struct plan *plan, const char **attributes, struct err *err)
{
    const char *state = xml_attribute(attributes, "state");
    if (plan->sheets_count == SHEETS_MAX)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %d sheets", SHEETS_MAX);
    struct sheet sheet = {.name = keep(plan, xml_attribute(attributes, "name")),
                          .relation = keep(plan, xml_attribute(attributes, "id")),
                          .hidden = state != NULL && strcmp(state, "visible") != 0};
    if (sheet.name == NULL || sheet.relation == NULL)
        return err_set(err, ERR_IMPORT_UNREADABLE, "more than %d bytes of names", NAMES_MAX);
    plan->sheets[plan->sheets_count++] = sheet;
    return 0;
}

static int on_workbook(void *context, const char *name, const char **attributes, struct err *err)
{
    struct plan *plan = context;
    if (strcmp(name, "sheet") == 0)
        return add_sheet(plan, attributes, err);
    if (strcmp(name, "workbookPr") == 0) {
        const char *value = xml_attribute(attributes, "date1904");
        plan->epoch_1904 = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
    }
    return 0;
}

static int read_part(struct package *package, const char *name, const struct xml_handler *handler, struct err *err)
{
    struct part *part = part_open(package, name, PART_MAX, err);
    if (part == NULL)
        return -1;
    const struct source source = part_source(part);
    int result = xml_read(&source, handler, err);
    part_close(&part);
    return result;
}

/* Reads the relationships of a part in place of those known so far. */
static int read_relations(struct package *package, const char *base, struct plan *plan, struct err *err)
{
    const struct xml_handler handler = {.start = on_relation, .context = plan};
    char name[PACKAGE_NAME_SIZE];
    plan->relations_count = 0;
    if (!package_relations_of(base, name))
        return err_set(err, ERR_IMPORT_UNREADABLE, "the name of a part is too long");
    return read_part(package, name, &handler, err);
}

/* The part of the first relationship of a type; with an id, that one's. False if there is none. */
static bool find_part(const struct plan *plan, const char *base, const char *type, const char *id,
                      char name[PACKAGE_NAME_SIZE])
{
    for (size_t i = 0; i < plan->relations_count; i++) {
        const struct relation *relation = &plan->relations[i];
        if (strcmp(relation->type, type) == 0 && (id == NULL || strcmp(relation->id, id) == 0))
            return package_resolve(base, relation->target, name);
    }
    return false;
}

/* Chart sheets have no cells and are passed over. */
static bool find_sheet(const struct plan *plan, const char *base, const char *wanted, char name[PACKAGE_NAME_SIZE])
{
    for (size_t i = 0; i < plan->sheets_count; i++) {
        const struct sheet *sheet = &plan->sheets[i];
        bool chosen = wanted == NULL ? !sheet->hidden : strcmp(sheet->name, wanted) == 0;
        if (chosen && find_part(plan, base, "worksheet", sheet->relation, name))
            return true;
    }
    return false;
}

static int read_plan(struct package *package, const char *wanted, struct plan *plan, struct workbook *workbook,
                     struct err *err)
{
    const struct xml_handler handler = {.start = on_workbook, .context = plan};
    char base[PACKAGE_NAME_SIZE];
    if (read_relations(package, "", plan, err) != 0)
        return -1;
    if (!find_part(plan, "", "officeDocument", NULL, base))
        return err_set(err, ERR_IMPORT_UNREADABLE, "no workbook");
    if (read_part(package, base, &handler, err) != 0 || read_relations(package, base, plan, err) != 0)
        return -1;
    if (!find_sheet(plan, base, wanted, workbook->sheet))
        return err_set(err, ERR_IMPORT_EMPTY, "no such sheet");
    if (!find_part(plan, base, "sharedStrings", NULL, workbook->strings))
        workbook->strings[0] = '\0';
    if (!find_part(plan, base, "styles", NULL, workbook->styles))
        workbook->styles[0] = '\0';
    workbook->epoch_1904 = plan->epoch_1904;
    return 0;
}

int workbook_read(struct package *package, const char *sheet, struct workbook *workbook, struct err *err)
{
    struct plan plan = {.arena = arena_new(NAMES_MAX)};
    if (plan.arena != NULL) {
        plan.sheets = arena_array(plan.arena, SHEETS_MAX, sizeof *plan.sheets);
        plan.relations = arena_array(plan.arena, RELATIONS_MAX, sizeof *plan.relations);
    }
    if (plan.sheets == NULL || plan.relations == NULL) {
        arena_destroy(&plan.arena);
        return err_set(err, ERR_INTERNAL, "out of memory");
    }
    int result = read_plan(package, sheet, &plan, workbook, err);
    arena_destroy(&plan.arena);
    return result;
}
