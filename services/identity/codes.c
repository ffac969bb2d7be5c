#include "identity/codes.h"

#include <stdbool.h>
#include <string.h>

#include "identity/text.h"

enum { INPUT_SIZE = 96 };

static const struct code sexes[] = {
    {"0", "未知的性别", "未知"}, {"1", "男性", "男|M|m|Male|male"}, {"2", "女性", "女|F|f|Female|female"},
    {"5", "女性改为男性", NULL}, {"6", "男性改为女性", NULL},       {"9", "未说明的性别", "未说明"},
};

/* People leave 族 out; codes_find allows that for all of them. */
static const struct code ethnic_groups[] = {
    {"01", "汉族", NULL},          {"02", "蒙古族", "蒙族|蒙"}, {"03", "回族", NULL},       {"04", "藏族", NULL},
    {"05", "维吾尔族", "维族|维"}, {"06", "苗族", NULL},        {"07", "彝族", NULL},       {"08", "壮族", "僮族"},
    {"09", "布依族", NULL},        {"10", "朝鲜族", "鲜族"},    {"11", "满族", NULL},       {"12", "侗族", NULL},
    {"13", "瑶族", NULL},          {"14", "白族", NULL},        {"15", "土家族", NULL},     {"16", "哈尼族", NULL},
    {"17", "哈萨克族", NULL},      {"18", "傣族", NULL},        {"19", "黎族", NULL},       {"20", "傈僳族", NULL},
    {"21", "佤族", NULL},          {"22", "畲族", NULL},        {"23", "高山族", NULL},     {"24", "拉祜族", NULL},
    {"25", "水族", NULL},          {"26", "东乡族", NULL},      {"27", "纳西族", NULL},     {"28", "景颇族", NULL},
    {"29", "柯尔克孜族", NULL},    {"30", "土族", NULL},        {"31", "达斡尔族", NULL},   {"32", "仫佬族", NULL},
    {"33", "羌族", NULL},          {"34", "布朗族", NULL},      {"35", "撒拉族", NULL},     {"36", "毛南族", "毛难族"},
    {"37", "仡佬族", NULL},        {"38", "锡伯族", NULL},      {"39", "阿昌族", NULL},     {"40", "普米族", NULL},
    {"41", "塔吉克族", NULL},      {"42", "怒族", NULL},        {"43", "乌孜别克族", NULL}, {"44", "俄罗斯族", NULL},
    {"45", "鄂温克族", NULL},      {"46", "德昂族", "崩龙族"},  {"47", "保安族", NULL},     {"48", "裕固族", NULL},
    {"49", "京族", NULL},          {"50", "塔塔尔族", NULL},    {"51", "独龙族", NULL},     {"52", "鄂伦春族", NULL},
    {"53", "赫哲族", NULL},        {"54", "门巴族", NULL},      {"55", "珞巴族", NULL},     {"56", "基诺族", NULL},
};

static const struct code educations[] = {
    {"10", "研究生",
     "硕士|博士|博士后|硕士研究生|博士研究生|在职研究生|全日制研究生|研究生班|在职硕士|在职博士|党校研究生|"
     "中央党校研究生|省委党校研究生|MBA|MPA|EMBA"},
    {"20", "大学本科",
     "本科|大学|学士|大本|全日制本科|在职本科|在职大学|大学普通班|党校本科|党校大学|中央党校大学|中央党校本科|"
     "省委党校大学|省委党校本科|函授本科|自考本科|成人本科|电大本科|专升本|双学士"},
    {"30", "大学专科",
     "大专|专科|高职|高专|高职高专|高等专科|高等职业|大学专科和专科学校|全日制大专|全日制专科|在职大专|在职专科|"
     "党校大专|"
     "党校专科|中央党校大专|省委党校大专|函授大专|自考大专|成人大专|电大|电大专科|夜大"},
    {"40", "中等专科", "中专|中师|中等师范|中等专业|中等专业学校|中等职业|职高|职业高中|职中|党校中专"},
    {"50", "技工学校", "技校|中技|技工"},
    {"60", "高中", "普通高中|普通高级中学|高级中学"},
    {"70", "初中", "初级中学|普通初中"},
    {"80", "小学", "初小|高小"},
    {"90", "其他", "文盲|半文盲|文盲或半文盲|文盲半文盲|识字很少|未上过学|无"},
};

const struct code *codes_all(enum code_table table, size_t *count)
{
    switch (table) {
    case CODES_SEX:
        *count = sizeof sexes / sizeof *sexes;
        return sexes;
    case CODES_ETHNIC_GROUP:
        *count = sizeof ethnic_groups / sizeof *ethnic_groups;
        return ethnic_groups;
    case CODES_EDUCATION:
        *count = sizeof educations / sizeof *educations;
        return educations;
    }
    *count = 0;
    return NULL;
}

const char *codes_name(enum code_table table, const char *code)
{
    size_t count;
    const struct code *all = codes_all(table, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].code, code) == 0)
            return all[i].name;
    return NULL;
}

static bool has_synonym(const char *synonyms, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = synonyms; at != NULL; at = strchr(at, '|')) {
        at += *at == '|';
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* Is `text` the name, or the name without its last character 族? */
static bool has_name(const struct code *entry, const char *text)
{
    static const char group[] = "族";
    size_t full = strlen(entry->name);
    size_t stem = full - (sizeof group - 1);
    if (strcmp(entry->name, text) == 0)
        return true;
    return strcmp(entry->name + stem, group) == 0 && strlen(text) == stem && memcmp(entry->name, text, stem) == 0;
}

static bool has_code(const struct code *entry, const char *text)
{
    return strcmp(entry->code, text) == 0 ||
           (entry->code[0] == '0' && entry->code[1] != '\0' && strcmp(entry->code + 1, text) == 0);
}

/* Takes 毕业, 学历 … off the end of an education: 大专毕业, 初中文化程度. */
static bool drop_suffix(char *text)
{
    static const char *const suffixes[] = {"毕业", "结业", "肄业", "学历", "文化", "程度", "教育", "学位", "及以下"};
    size_t length = strlen(text);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t suffix = strlen(suffixes[i]);
        if (length > suffix && strcmp(text + length - suffix, suffixes[i]) == 0) {
            text[length - suffix] = '\0';
            return true;
        }
    }
    return false;
}

const struct code *codes_find(enum code_table table, const char *input)
{
    char text[INPUT_SIZE];
    size_t count;
    const struct code *all = codes_all(table, &count);
    if (text_compact(input, text, sizeof text) != 0 || text[0] == '\0')
        return NULL;
    do {
        for (size_t i = 0; i < count; i++)
            if (has_code(&all[i], text) || has_name(&all[i], text) || has_synonym(all[i].synonyms, text))
                return &all[i];
    } while (table == CODES_EDUCATION && drop_suffix(text));
    return NULL;
}
