#include "dues/months.h"

#include "base/clock.h"
#include "dues/rules.h"

int32_t month_date(int32_t month)
{
    return month == DUES_NO_MONTH ? CLOCK_NO_DATE : clock_date_from(month / 12, month % 12 + 1, 1);
}

int32_t month_of_date(int32_t date)
{
    return date == CLOCK_NO_DATE ? DUES_NO_MONTH : clock_month_of(date);
}

const char *months_joined(struct call *call, const int32_t *months, size_t count, const char *separator)
{
    char month[CLOCK_MONTH_SIZE];
    const char *text = "";
    for (size_t i = 0; text && i < count; i++)
        text = arena_printf(call->arena, "%s%s%s", text, i ? separator : "", clock_month_format(months[i], month));
    return text;
}

const char *months_literal(struct call *call, const int32_t *months, size_t count)
{
    const char *first_days = months_joined(call, months, count, "-01,");
    return first_days ? arena_printf(call->arena, "{%s-01}", first_days) : NULL;
}

char **months_texts(struct call *call, const int32_t *months, size_t count)
{
    char **texts = arena_array(call->arena, count, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = (char *)call_month_text(call, months[i]);
        if (!texts[i])
            return NULL;
    }
    return texts;
}

int month_refuse(struct call *call, int code, const char *field, const char *param, int32_t month)
{
    char text[CLOCK_MONTH_SIZE];
    clock_month_format(month, text);
    call_refuse_field(call, code, field, "%s %s", param, text);
    return err_param(&call->err, param, "%s", text);
}
