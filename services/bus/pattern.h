/* Regular expressions of the contract, each compiled once. */
#ifndef DANDELION_BUS_PATTERN_H
#define DANDELION_BUS_PATTERN_H

enum pattern_result { PATTERN_MATCHES, PATTERN_DIFFERS, PATTERN_UNUSABLE };

/* Matches `text` against a POSIX extended expression. `pattern` is known by its address: it must be a constant of the
 * program. PATTERN_UNUSABLE if it does not compile, or there are more than the table holds. Safe in threads. */
enum pattern_result pattern_match(const char *pattern, const char *text);

#endif
