#include "identity/sealed.h"

#include "errors.h"

int sealer_seal(const struct sealer *sealer, const char *field, const char *text, struct sealed *out, struct err *err)
{
    out->value = crypto_seal(sealer->crypto, sealer->arena, field, &sealer->street_id, &sealer->owner_id, text);
    out->index = crypto_index(sealer->crypto, sealer->arena, field, &sealer->street_id, text);
    if (*text && (!out->value.data || !out->index.data))
        return err_set(err, ERR_OVERLOADED, "no room for the sealed %s", field);
    return 0;
}
