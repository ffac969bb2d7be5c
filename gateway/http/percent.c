#include "gateway/http/percent.h"

#include "base/hex.h"
#include "base/utf8.h"

static bool allowed(unsigned char byte, bool encoded, bool form)
{
    if (form && (byte == '\t' || byte == '\r' || byte == '\n'))
        return encoded;
    if (!form && encoded && (byte == '/' || byte == '\\'))
        return false;
    return byte >= 0x20 && byte != 0x7F;
}

long percent_decode(char *out, const char *in, size_t length, bool form)
{
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        char byte = in[i];
        bool encoded = byte == '%';
        if (encoded) {
            int high = length - i > 2 ? hex_digit(in[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(in[i + 2]) : -1;
            if (low < 0)
                return -1;
            byte = (char)(high * 16 + low);
            i += 2;
        } else if (form && byte == '+') {
            byte = ' ';
        }
        if (!allowed((unsigned char)byte, encoded, form))
            return -1;
        out[written++] = byte;
    }
    out[written] = '\0';
    return utf8_valid(out, written) ? (long)written : -1;
}
