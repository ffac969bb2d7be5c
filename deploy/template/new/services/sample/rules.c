#include "sample/rules.h"

bool sample_day_allowed(int32_t day, int32_t today)
{
    return day <= today;
}
