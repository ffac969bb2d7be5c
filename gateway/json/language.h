/* The language a caller reads. */
#ifndef DANDELION_GATEWAY_JSON_LANGUAGE_H
#define DANDELION_GATEWAY_JSON_LANGUAGE_H

enum language { LANGUAGE_ZH, LANGUAGE_EN };

/* What an Accept-Language field (RFC 9110, 12.5.4; NULL when there is none) prefers of the two. Chinese unless English
 * is asked for more; a field that cannot be read counts as absent. */
enum language language_of(const char *accept_language);

/* "zh-CN" or "en", as Content-Language and the bus write it. */
const char *language_tag(enum language language);

#endif
